//! `GET /api/openapi.json`: the API described from the same list that tests walk, so that it names no address that is not there.
//! Thin on purpose: addresses, rights, examples and the error shape; bodies and answers are described by example, not by schema.

use super::{Endpoint, endpoints};
use crate::{api::answer::ok, state::AppState};
use axum::{Router, response::Response, routing};
use nightbell_engine::access::role_word;
use serde_json::{Map, Value, json};

pub fn routes() -> Router<AppState> {
    Router::new().route("/api/openapi.json", routing::get(async || -> Response { ok(&document()) }))
}

/// The OpenAPI document.
pub fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for endpoint in endpoints() {
        let path = format!("/api/v1{}", endpoint.path.split('?').next().unwrap_or_default());
        let methods = paths.entry(path).or_insert_with(|| json!({}));
        methods[endpoint.method.to_ascii_lowercase()] = operation(endpoint);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Nightbell API",
            "version": "1",
            "description": "JSON in and out, times RFC 3339 in UTC, errors problem details (RFC 9457), lists {\"items\", \"next\"}.",
        },
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer", "bearerFormat": "nb_…" } },
            "schemas": { "Problem": problem_schema() },
        },
    })
}

fn operation(endpoint: &Endpoint) -> Value {
    let problem = json!({
        "description": "Why not",
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    });
    let mut operation = json!({
        "summary": endpoint.what,
        "x-least-role": role_word(endpoint.least),
        "parameters": placeholders(endpoint.path),
        "responses": { "2XX": { "description": "Done" }, "4XX": problem, "5XX": problem },
    });
    if let Ok(example) = serde_json::from_str::<Value>(endpoint.example) {
        let content = json!({ "application/json": { "schema": { "type": "object" }, "example": example } });
        operation["requestBody"] = json!({ "required": true, "content": content });
    }
    operation
}

fn placeholders(path: &str) -> Vec<Value> {
    let names = path.split('{').skip(1).filter_map(|part| part.split('}').next());
    names.map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })).collect()
}

fn problem_schema() -> Value {
    json!({
        "type": "object",
        "required": ["type", "title", "status", "detail", "code"],
        "properties": {
            "type": { "type": "string" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string", "description": "What happened and what to do, for people." },
            "code": { "type": "string", "description": "Stable, for machines." },
            "field": { "type": "string" },
            "errors": { "type": "array", "items": { "type": "object", "required": ["message"] } },
        },
    })
}
