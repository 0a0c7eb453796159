//! What pages and the API show, read in one consistent view and handed over as plain values.
