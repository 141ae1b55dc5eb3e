//! Distributions of counts, from which quantiles are read.

pub mod negative_binomial;
pub mod quantiles;

pub use negative_binomial::NegativeBinomial;
pub use quantiles::negative_binomial_quantiles;
