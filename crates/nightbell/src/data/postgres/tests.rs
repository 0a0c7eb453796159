//! What may be shown of an address, and what is refused because it would show a password.

use super::*;

#[test]
fn nothing_of_a_password_is_ever_shown() {
    for text in [
        "postgres://nightbell:/s3cret-word@db.example.com/nightbell",
        "postgres://nightbell:#s3cret-word@db.example.com/nightbell",
        "postgres://nightbell:?s3cret-word@db.example.com/nightbell",
        "postgres://nightbell:?s3cret-word",
        "postgres://nightbell:#s3cret-word",
        "postgres://nightbell:/s3cret-word",
        "postgres://nightbell:12/s3cret-word@db.example.com/nightbell",
        "postgres://nightbell:12?s3cret-word@db.example.com/nightbell",
        "postgres://nightbell:a/s3cret-word@db.example.com/nightbell",
        "postgres://db.example.com/nightbell?password=s3cret-word",
        "postgres://db.example.com/nightbell#s3cret-word",
        "mysql://nightbell:s3cret-word@db.example.com/nightbell",
        "s3cret-word",
    ] {
        let said = Address::parse(text, None).expect_err(text);
        assert!(!said.contains("s3cret"), "{text}: {said}");
    }
    let said = Address::parse("postgres://nightbell:/s3cret-word@db.example.com/nightbell", None).expect_err("refused");
    assert!(said.contains("percent-encode the password"), "{said}");
}

#[test]
fn shown_is_where_it_is_as_whom_and_whether_by_tls() {
    for (text, password, shown) in [
        ("postgres://n:s3cret@db:5433/nb", None, "postgres://n@db:5433/nb"),
        ("postgres://n@db/nb", Some("/#?@s3cret"), "postgres://n@db/nb"),
        ("postgres://n:%2Fs3cret@db/nb?sslmode=verify-full", None, "postgres://n@db/nb?sslmode=verify-full"),
        ("postgres://n@db/nb?sslmode=s3cret", None, "postgres://n@db/nb"),
        ("postgres://n@db/nb?s3cret&sslmode=require&options=s3cret", None, "postgres://n@db/nb?sslmode=require"),
        ("postgresql://n@%2Frun%2Fpostgresql/nb", None, "postgresql://n@%2Frun%2Fpostgresql/nb"),
    ] {
        let address = Address::parse(text, password).expect(text);
        assert_eq!(address.to_string(), shown);
        assert_eq!(format!("{address:?}"), format!("Address({shown})"));
        assert_eq!(address.flag(), format!("--database '{shown}'"));
    }
}
