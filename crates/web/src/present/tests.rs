//! Presenters on values made by hand.
