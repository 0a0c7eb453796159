//! What only the PostgreSQL driver does.
