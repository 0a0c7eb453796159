//! Python packages that the tests need and Debian does not have: in a folder of their own beside the build, with the versions of a list in the tree.
//! Made once; made anew when the list has changed. Anybody may: nothing of the machine is touched.

use crate::repo::Result;
use crate::shell;
use std::path::Path;

/// What is to be there, with versions.
const LIST: &str = "crates/nightbell/tests/push/requirements.txt";
/// Where; the tests look here.
const FOLDER: &str = "target/python";
/// The list it was made from.
const MADE_FROM: &str = "target/python/made-from.txt";

/// Makes it, unless it is there.
///
/// # Errors
/// When Python or its package index fails.
pub fn beside_the_build(root: &Path) -> Result<bool> {
    let wanted = std::fs::read_to_string(root.join(LIST))?;
    if std::fs::read_to_string(root.join(MADE_FROM)).is_ok_and(|made| made == wanted) {
        return Ok(true);
    }
    println!("setup: making {FOLDER} from {LIST}");
    // Debian's own first: it is the one the package of this setup belongs to.
    let python =
        if shell::succeeds("/usr/bin/python3 -c 'import venv, ensurepip'") { "/usr/bin/python3" } else { "python3" };
    shell::must(&format!("{python} -m venv --clear {FOLDER}"), root)?;
    let pip = format!("{FOLDER}/bin/python -m pip install --quiet --disable-pip-version-check --use-pep517");
    shell::must(&format!("{pip} --requirement {LIST}"), root)?;
    std::fs::write(root.join(MADE_FROM), wanted)?;
    Ok(true)
}
