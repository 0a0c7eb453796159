//! The proof: exact against a twin that asks minute by minute, and what its findings say.

mod cases;
mod naive;
mod property;
