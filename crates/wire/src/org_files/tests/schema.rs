//! The committed JSON Schema is the one the forms make.

use crate::org_files::json_schema;

/// Where the schema is kept, from this crate.
const COMMITTED: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schema/organisation.schema.json"));

#[test]
fn the_committed_schema_is_current() {
    let current = serde_json::to_string_pretty(&json_schema()).expect("a schema is JSON") + "\n";
    assert!(current == COMMITTED, "docs/schema/organisation.schema.json is out of date; it should read:\n{current}");
}

#[test]
fn the_schema_refuses_unknown_keys_and_knows_the_words() {
    let schema = json_schema();
    let closed = |value: &serde_json::Value| value["type"] != "object" || value["additionalProperties"] == false;
    assert!(closed(&schema));
    let forms = schema["$defs"].as_object().expect("the forms");
    assert!(forms.values().all(closed), "{forms:?}");
    assert_eq!(schema["required"], serde_json::json!(["version"]));
    assert_eq!(forms["UserFile"]["required"], serde_json::json!(["id", "name", "email"]));
    assert_eq!(forms["RouteFile"]["properties"]["do"]["enum"], serde_json::json!(["page", "notify", "record", "drop"]));
}
