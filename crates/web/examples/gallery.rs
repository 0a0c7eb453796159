//! Writes every page, filled with the samples of the view tests, to a folder: for looking at them without a server.
//!
//! `cargo run -p nightbell-web --example gallery -- FOLDER`; open `FOLDER/index.html`.

use nightbell_web::views::*;
use std::error::Error;
use std::fs;
use std::path::Path;

#[path = "../src/views/samples/mod.rs"]
mod samples;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: gallery FOLDER")?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder.join("static"))?;
    fs::write(folder.join("static/nightbell.css"), assets::CSS)?;
    fs::write(folder.join("static/nightbell.js"), assets::JS)?;
    fs::write(folder.join("static/icon.svg"), assets::ICON)?;
    fs::write(folder.join("manifest.webmanifest"), assets::MANIFEST)?;
    let mut index = String::from("<!doctype html><title>Gallery</title><ul>");
    for (hostile, suffix) in [(false, ""), (true, "-hostile")] {
        for (name, html) in samples::pages(hostile) {
            let file = format!("{name}{suffix}.html");
            let html = html
                .replace("\"/static/", "\"static/")
                .replace("\"/manifest", "\"manifest")
                // A still picture: no stream, and clocks stand at the samples' own instant.
                .replace(" data-live-stream=", " data-no-stream=")
                .replace(" data-countdown=", " data-stopped=")
                .replace(" data-since=", " data-stopped=")
                .replace(" data-ago>", ">");
            fs::write(folder.join(&file), html)?;
            index.push_str(&format!("<li><a href=\"{file}\">{name}{suffix}</a>"));
        }
    }
    fs::write(folder.join("index.html"), index)?;
    Ok(())
}
