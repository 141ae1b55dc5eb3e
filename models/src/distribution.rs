//! Distributions of counts, from which quantiles are read.

pub mod negative_binomial;

pub use negative_binomial::NegativeBinomial;
