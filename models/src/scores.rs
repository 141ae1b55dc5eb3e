//! What a forecast is worth when its day has come.

pub mod probability;
pub mod quantile;
