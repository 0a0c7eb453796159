//! Tests of the response.
