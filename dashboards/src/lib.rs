//! The door for people: the HTTP API and the embedded web app. Handlers parse, ask the engine, render; they decide nothing about the
//! business. Knows no object storage, no SQL (it hands statements on) and no clock but the one it is given.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod access;
mod answer_body;
mod api;
mod auth;
mod body;
mod client;
mod credential;
mod encode;
pub mod expected;
mod exports;
pub mod limits;
pub mod live_health;
mod meters;
pub mod pages;
mod problem;
mod query;
mod router;
mod sign_in;
mod state;
mod web;

pub use client::Front;
pub use router::router;
pub use sign_in::provider::{ProviderAnswer, ProviderClient};
pub use state::{Clock, Dashboards};
