//! Pages asked through the whole router.
