//! Copying from a small made-up `node_modules`.

use super::*;

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("created");
    std::fs::write(path, text).expect("written");
}

/// A tools folder with two packages, one of them scoped.
fn tools() -> tempfile::TempDir {
    let tools = tempfile::tempdir().expect("a temporary folder");
    let at = |path: &str| tools.path().join(path);
    write(
        &at("package-lock.json"),
        r#"{"packages":{"node_modules/one":{"integrity":"sha512-a"},"node_modules/@scope/two":{"integrity":"sha512-b"}}}"#,
    );
    write(&at("node_modules/one/package.json"), r#"{"version":"1.2.3","license":"MIT"}"#);
    write(&at("node_modules/one/LICENSE.md"), "one's licence");
    write(&at("node_modules/one/dist/a.js"), "a");
    write(&at("node_modules/one/dist/b.js"), "b");
    write(&at("node_modules/@scope/two/package.json"), r#"{"version":"4.5.6","license":"ISC"}"#);
    write(&at("node_modules/@scope/two/legal"), "two's licence");
    write(&at("node_modules/@scope/two/c.css"), "c");
    tools
}

fn list(text: &str) -> List {
    toml::from_str(text).expect("a list")
}

#[test]
fn copies_joins_and_records() {
    let (tools, target) = (tools(), tempfile::tempdir().expect("a temporary folder"));
    let folder = target.path().join("vendor");
    write(&folder.join("stale.js"), "from an earlier list");
    let list = list(
        "[[package]]\nname = \"one\"\nfiles = [{ from = [\"dist/a.js\", \"dist/b.js\"], to = \"ab.js\" }]\n\
         [[package]]\nname = \"@scope/two\"\nlicence_file = \"legal\"\nfiles = [{ from = \"c.css\", to = \"css/c.css\" }]\n",
    );
    let manifest = copy_all(&list, tools.path(), &folder).expect("copied");
    let read = |path: &str| std::fs::read_to_string(folder.join(path)).expect(path);
    assert_eq!(read("ab.js"), "a\nb");
    assert_eq!(read("css/c.css"), "c");
    assert_eq!(read("licenses/one.txt"), "one's licence");
    assert_eq!(read("licenses/scope-two.txt"), "two's licence");
    assert!(!folder.join("stale.js").exists());
    assert_eq!(toml::from_str::<Manifest>(&read(MANIFEST)).expect("vendor.toml"), manifest);
    let one = &manifest.package[0];
    assert_eq!((one.version.as_str(), one.licence.as_str(), one.integrity.as_str()), ("1.2.3", "MIT", "sha512-a"));
}

#[test]
fn what_is_missing_is_an_error() {
    let cases = [
        ("[[package]]\nname = \"one\"\nfiles = [{ from = \"dist/none.js\", to = \"x.js\" }]\n", "dist/none.js"),
        ("[[package]]\nname = \"@scope/two\"\nfiles = [{ from = \"c.css\", to = \"c.css\" }]\n", "no licence text"),
        ("[[package]]\nname = \"three\"\nfiles = []\n", "package.json"),
    ];
    for (text, expected) in cases {
        let (tools, target) = (tools(), tempfile::tempdir().expect("a temporary folder"));
        let error = copy_all(&list(text), tools.path(), target.path()).expect_err(text).to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn digests_are_the_published_ones() {
    // The empty string's, from FIPS 180-4 examples.
    let (sha256, sha384) = digests(b"");
    assert_eq!(sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(sha384, "sha384-OLBgp1GsljhM2TJ+sbHjaiH9txEUvgdDTAzHv2P24donTt6/529l+9Ua0vFImLlb");
}
