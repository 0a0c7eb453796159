//! Layering as a table, every mistake at its place, and the shipped example checked against the keys.

use super::*;
use std::path::Path;

const EXAMPLE: &str = include_str!("../../../../nightbell.example.toml");

fn read(text: &str, variables: &[(&str, &str)], flags: &Flags) -> Result<Config, String> {
    let environment = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Layers::new(Path::new(FILE), text, environment, flags).and_then(|layers| settle(&layers)).map_err(|e| e.to_string())
}

#[test]
fn later_layers_win() {
    let file = "[server]\nlisten = \"127.0.0.1:1\"\n";
    let variable = [("NIGHTBELL_SERVER__LISTEN", "127.0.0.1:2")];
    let flag = Flags { listen: Some("127.0.0.1:3".to_owned()), ..Flags::default() };
    for (text, variables, flags, port) in [
        ("", &[][..], &Flags::default(), 8080),
        (file, &[][..], &Flags::default(), 1),
        ("", &variable[..], &Flags::default(), 2),
        (file, &variable[..], &Flags::default(), 2),
        (file, &[][..], &flag, 3),
        (file, &variable[..], &flag, 3),
    ] {
        assert_eq!(read(text, variables, flags).unwrap().listen.port(), port, "{text:?} {variables:?} {flags:?}");
    }
}

#[test]
fn every_key_has_a_variable() {
    for (name, value) in [
        ("NIGHTBELL_SERVER__LISTEN", ":9"),
        ("NIGHTBELL_SERVER__PUBLIC_URL", "https://bell.example.com/"),
        ("NIGHTBELL_SERVER__DATA", "/srv/bell"),
        ("NIGHTBELL_SERVER__TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8"),
        ("NIGHTBELL_DATABASE__URL", "postgres://bell@db.example/bell"),
        ("NIGHTBELL_MAIL__URL", "smtp://127.0.0.1:25"),
        ("NIGHTBELL_MAIL__FROM", "Bell <bell@example.com>"),
        ("NIGHTBELL_SLACK__TOKEN", "xoxb-1"),
        ("NIGHTBELL_SLACK__BASE_URL", "https://slack.example.com/api"),
        ("NIGHTBELL_DISCORD__TOKEN", "t0k"),
        ("NIGHTBELL_DISCORD__BASE_URL", "https://discord.example.com/api/v10"),
        ("NIGHTBELL_EGRESS__ALLOW", "10.0.0.0/8,192.168.1.7"),
        ("NIGHTBELL_METRICS__TOKEN", "0123456789abcdef0123"),
        ("NIGHTBELL_WATCH__CANARY", "off"),
        ("NIGHTBELL_WATCH__HEARTBEAT_URL", "https://hc-ping.com/some-uuid"),
        ("NIGHTBELL_WATCH__HEARTBEAT_EVERY", "5m"),
        ("NIGHTBELL_LOG__FORMAT", "json"),
        ("NIGHTBELL_LOG__LEVEL", "debug"),
    ] {
        read("", &[(name, value)], &Flags::default()).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(KEYS.iter().any(|key| layers::variable_of(key) == name), "{name} is no key");
    }
    let config = read(
        "",
        &[
            ("NIGHTBELL_SERVER__PUBLIC_URL", "https://bell.example.com/"),
            ("NIGHTBELL_SERVER__TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8"),
        ],
        &Flags::default(),
    )
    .unwrap();
    assert_eq!(config.public_url.as_deref(), Some("https://bell.example.com"));
    assert_eq!(config.trusted_proxies.len(), 2);
}

#[test]
fn mistakes_are_told_at_their_place() {
    for (text, variables, expected) in [
        (
            "[server]\nlisten = \"nowhere\"\n",
            &[][..],
            "nightbell.toml:2: server.listen: \"nowhere\" is not an address to listen on",
        ),
        (
            "[server]\nlisen = \":1\"\n",
            &[][..],
            "nightbell.toml:2: unknown key \"lisen\" in [server] (did you mean \"server.listen\"?)",
        ),
        (
            "[serve]\nlisten = \":1\"\n",
            &[][..],
            "nightbell.toml:2: unknown section [serve] (did you mean \"server.listen\"?)",
        ),
        ("\n\n[server\n", &[][..], "nightbell.toml:3: "),
        ("listen = \":1\"\n", &[][..], "nightbell.toml:1: a key stands before any section"),
        ("[egress]\nallow = \"10.0.0.0/8\"\n", &[][..], "nightbell.toml:2: egress.allow: write a list of texts"),
        ("[egress]\nallow = [\"ten\"]\n", &[][..], "nightbell.toml:2: egress.allow: "),
        ("[server]\nlisten = 8080\n", &[][..], "nightbell.toml:2: server.listen: write a text in quotes"),
        (
            "[server]\npublic_url = \"https://a.example/bell\"\n",
            &[][..],
            "nightbell.toml:2: server.public_url: \"https://a.example/bell\" has a path",
        ),
        ("[mail]\nurl = \"http://x\"\n", &[][..], "nightbell.toml:2: mail.url: it starts with smtp://"),
        (
            "",
            &[("NIGHTBELL_MAIL__ULR", "x")][..],
            "NIGHTBELL_MAIL__ULR: there is no such setting (did you mean \"NIGHTBELL_MAIL__URL\"?)",
        ),
        ("", &[("NIGHTBELL_LOG__FORMAT", "xml")][..], "NIGHTBELL_LOG__FORMAT: log.format: \"xml\" is not a log format"),
        ("", &[("NIGHTBELL_LOG__LEVEL", "nightbell=loud")][..], "NIGHTBELL_LOG__LEVEL: log.level: "),
    ] {
        let error = read(text, variables, &Flags::default()).expect_err(text);
        assert!(error.starts_with(expected), "{text:?} {variables:?}:\n  {error}\nexpected\n  {expected}");
    }
}

#[test]
fn a_password_in_the_mail_address_is_never_repeated() {
    let error = read("[mail]\nurl = \"smtp://bell:hunter2@host/path\"\n", &[], &Flags::default()).unwrap_err();
    assert!(!error.contains("hunter2"), "{error}");
    let config = read("[mail]\nurl = \"smtp://bell:hunter2@host\"\n", &[], &Flags::default()).unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn a_token_for_metrics_is_long_and_never_repeated() {
    for (wrong, why) in [
        ("hunter2-hunter2-hunt", None),
        ("hunter2-hunter2-hun", Some("20")),
        ("hunter2 hunter2 hunter2", Some("spaces")),
    ] {
        let read = read(&format!("[metrics]\ntoken = \"{wrong}\"\n"), &[], &Flags::default());
        let (said, told) = match read {
            Ok(config) => (format!("{config:?}"), None),
            Err(error) => (error, why),
        };
        assert_eq!(told, why, "{said}");
        assert!(!said.contains("hunter2"), "{said}");
        assert!(
            why.is_none_or(|why| said.starts_with("nightbell.toml:2: metrics.token: ") && said.contains(why)),
            "{said}"
        );
    }
}

#[test]
fn a_password_in_the_database_address_is_never_repeated() {
    for wrong in
        ["postgres://bell:hunter2@db:port/bell", "mysql://bell:hunter2@db/bell", "postgres://db/bell?password=hunter2"]
    {
        let error = read(&format!("[database]\nurl = \"{wrong}\"\n"), &[], &Flags::default()).unwrap_err();
        assert!(error.starts_with("nightbell.toml:2: database.url: ") && !error.contains("hunter2"), "{error}");
    }
    let config =
        read("", &[("NIGHTBELL_DATABASE", "postgres://bell:hunter2@db/bell?sslmode=disable")], &Flags::default());
    let place = config.unwrap().place;
    for shown in [format!("{place:?}"), place.to_string(), place.flag(), place.no_administrator().message] {
        assert!(shown.contains("postgres://bell@db/bell?sslmode=disable") && !shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn the_database_goes_before_the_folder_but_a_flag_before_both() {
    let file = "[server]\ndata = \"/srv/bell\"\n[database]\nurl = \"postgres://file/bell\"\n";
    let variable = [("NIGHTBELL_DATABASE", "postgres://variable/bell")];
    let data = Flags { data: DataArgs { data: Some("/tmp/bell".into()), database: None }, ..Flags::default() };
    let url = Some("postgres://flag/bell".to_owned());
    let database = Flags { data: DataArgs { data: None, database: url }, ..Flags::default() };
    for (text, variables, flags, expected) in [
        ("", &[][..], &Flags::default(), "nightbell-data"),
        (file, &[][..], &Flags::default(), "postgres://file/bell"),
        (file, &variable[..], &Flags::default(), "postgres://variable/bell"),
        (file, &variable[..], &data, "/tmp/bell"),
        (file, &variable[..], &database, "postgres://flag/bell"),
    ] {
        assert_eq!(read(text, variables, flags).unwrap().place.to_string(), expected, "{variables:?} {flags:?}");
    }
}

#[test]
fn links_never_point_to_every_address() {
    for (bound, expected) in [
        ("0.0.0.0:80", "http://127.0.0.1:80"),
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("[::1]:1", "http://[::1]:1"),
    ] {
        assert_eq!(default_public_url(bound.parse().unwrap()), expected);
    }
}

#[test]
fn the_example_documents_every_key_and_can_be_used() {
    read(EXAMPLE, &[], &Flags::default()).unwrap();
    let uncommented: String =
        EXAMPLE.lines().map(|line| line.strip_prefix("#: ").unwrap_or(line)).collect::<Vec<_>>().join("\n");
    read(&uncommented, &[], &Flags::default()).unwrap();
    let table: toml::Table = uncommented.parse().unwrap();
    let mut found: Vec<String> = Vec::new();
    for (section, entries) in &table {
        found.extend(entries.as_table().unwrap().keys().map(|key| format!("{section}.{key}")));
    }
    found.sort();
    let mut keys: Vec<String> = KEYS.iter().map(ToString::to_string).collect();
    keys.sort();
    assert_eq!(found, keys);
    for key in KEYS {
        let variable = layers::variable_of(key);
        assert!(EXAMPLE.contains(&variable), "{variable} is not in the example");
    }
}
