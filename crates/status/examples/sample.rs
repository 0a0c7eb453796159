//! Writes a sample status page as files: `cargo run -p nightbell-status --example sample -- FOLDER`, then open FOLDER/index.html.

use std::{error::Error, fs, path::Path};

#[path = "../src/tests/sample.rs"]
mod sample;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: sample FOLDER [quiet|failing]")?;
    let page = match std::env::args().nth(2).as_deref() {
        Some("quiet") => sample::quiet(),
        _ => sample::failing(),
    };
    for (path, bytes) in nightbell_status::static_export(&page, "https://status.acme.example", sample::now()) {
        let path = Path::new(&folder).join(path);
        fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
        fs::write(path, bytes)?;
    }
    println!("open {folder}/index.html");
    Ok(())
}
