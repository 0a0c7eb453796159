use super::*;

#[test]
fn tls_is_what_the_address_says() {
    let cases = [
        ("postgres://a@127.0.0.1/db", Some(SslMode::Disable)),
        ("postgres://a@localhost/db", Some(SslMode::Disable)),
        ("postgres://a@%2Frun%2Fpostgresql/db", Some(SslMode::Disable)),
        ("postgres://a@[::1]/db?sslmode=prefer", Some(SslMode::Disable)),
        ("postgres://a@db.example.com/db", Some(SslMode::Require)),
        // The connection goes to `hostaddr`.
        ("postgres://a@localhost/db?hostaddr=127.0.0.1", Some(SslMode::Disable)),
        ("postgres://a@localhost/db?hostaddr=10.0.0.5", Some(SslMode::Require)),
        ("postgres://a@localhost,localhost/db?hostaddr=127.0.0.1,10.0.0.5", Some(SslMode::Require)),
        ("postgres:///db?user=a&hostaddr=10.0.0.5", Some(SslMode::Require)),
        ("postgres://a@localhost/db?hostaddr=10.0.0.5&sslmode=prefer", None),
        ("postgres://a@localhost/db?hostaddr=10.0.0.5&sslmode=disable", Some(SslMode::Disable)),
        ("postgres://a@10.0.0.5/db?sslmode=disable", Some(SslMode::Disable)),
        ("postgres://a@127.0.0.1/db?sslmode=require", Some(SslMode::Require)),
        ("postgres://a@127.0.0.1/db?sslmode=verify-full", Some(SslMode::Require)),
        ("postgres://a@db.example.com/db?sslmode=prefer", None),
        ("postgres://a@db.example.com/db?sslmode=sometimes", None),
        ("postgres://a@127.0.0.1/db?sslrootcert=%2Fno%2Fsuch", None),
        ("mysql://a@127.0.0.1/db", None),
    ];
    for (url, expected) in cases {
        let mode = Settings::parse(url, Role::Writer).map(|settings| settings.config.get_ssl_mode());
        assert_eq!(mode.as_ref().ok(), expected.as_ref(), "{url}: {:?}", mode.as_ref().err());
    }
}

#[test]
fn what_is_wrong_with_an_address_is_told_without_its_password() {
    for url in [
        "postgres://a:secret-word@127.0.0.1:port/db",
        "postgres://a:secret-word@h/db?sslmode=x",
        "postgres://a@h/db?secret-word=1",
        "postgres://a@h/db?sslmode=secret-word",
        "postgres://a@h/db?connect_timeout=secret-word",
    ] {
        let said = Settings::parse(url, Role::Reader).err().map(|e| e.to_string()).expect("refused");
        assert!(!said.contains("secret-word"), "{said}");
    }
}

#[test]
fn inv_22_silent_writer_is_thrown_out_and_a_commit_waits_for_the_disk() {
    let settings = Settings::parse("postgres://a@127.0.0.1/db", Role::Writer).expect("settings");
    let said = settings.session();
    for part in
        ["idle_in_transaction_session_timeout = 2000", "synchronous_commit", "lock_timeout", "statement_timeout"]
    {
        assert!(said.contains(part), "{said}");
    }
    assert_eq!(settings.config.get_application_name(), Some("nightbell"));
}

#[test]
fn inv_01_of_several_hosts_only_one_that_writes_is_used() {
    for role in [Role::Writer, Role::Reader] {
        for url in
            ["postgres://a@db1.example.com,db2.example.com/db", "postgres://a@127.0.0.1/db?target_session_attrs=any"]
        {
            let settings = Settings::parse(url, role).expect("settings");
            assert_eq!(settings.config.get_target_session_attrs(), TargetSessionAttrs::ReadWrite, "{url}");
        }
    }
}
