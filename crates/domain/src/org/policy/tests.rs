//! Tests of policies, by theme.
