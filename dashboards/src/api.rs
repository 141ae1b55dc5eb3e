//! The API's handlers, one resource a file. Each parses, asks the engine, renders.

pub(crate) mod admin;
pub(crate) mod health;
pub(crate) mod kpis;
pub(crate) mod lists;
pub(crate) mod pages;
pub(crate) mod reading;
pub(crate) mod receipts;
pub(crate) mod records;
pub(crate) mod series;
pub(crate) mod session;
pub(crate) mod slices;
pub(crate) mod sql;
pub(crate) mod tenants;
pub(crate) mod who;
