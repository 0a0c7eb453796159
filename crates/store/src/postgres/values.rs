//! Values in PostgreSQL's binary form and back.

use crate::tx::Value;
use std::error::Error;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, private::BytesMut, to_sql_checked};

type Outcome<T> = Result<T, Box<dyn Error + Sync + Send>>;

const TEXTS: [Type; 5] = [Type::TEXT, Type::VARCHAR, Type::BPCHAR, Type::NAME, Type::UNKNOWN];

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Outcome<IsNull> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(value) if *kind == Type::INT8 => value.to_sql(kind, out),
            Self::Int(value) if *kind == Type::INT4 => i32::try_from(*value)?.to_sql(kind, out),
            // The one character that PostgreSQL's text cannot hold.
            Self::Text(value) if TEXTS.contains(kind) && value.contains('\0') => {
                value.replace('\0', "\u{fffd}").to_sql(kind, out)
            }
            Self::Text(value) if TEXTS.contains(kind) => value.to_sql(kind, out),
            Self::Blob(value) if *kind == Type::BYTEA => value.to_sql(kind, out),
            value => Err(format!("{} cannot be bound as {kind}", word(value)).into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        // Which value fits which kind is known only with the value in hand.
        true
    }

    to_sql_checked!();
}

/// Never the value itself: it may be somebody's address.
fn word(value: &Value) -> &'static str {
    match value {
        Value::Null => "NULL",
        Value::Int(_) => "an integer",
        Value::Text(_) => "text",
        Value::Blob(_) => "bytes",
    }
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Outcome<Self> {
        if *kind == Type::INT8 {
            return Ok(Self::Int(i64::from_sql(kind, raw)?));
        }
        if *kind == Type::INT4 {
            return Ok(Self::Int(i32::from_sql(kind, raw)?.into()));
        }
        if *kind == Type::BOOL {
            return Ok(Self::Int(bool::from_sql(kind, raw)?.into()));
        }
        if *kind == Type::BYTEA {
            return Ok(Self::Blob(raw.to_vec()));
        }
        Ok(Self::Text(String::from_sql(kind, raw)?))
    }

    fn from_sql_null(_: &Type) -> Outcome<Self> {
        Ok(Self::Null)
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT8, Type::INT4, Type::BOOL, Type::BYTEA].contains(kind) || TEXTS.contains(kind)
    }
}
