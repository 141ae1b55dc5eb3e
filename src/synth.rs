//! A synthetic company: what its systems send over a period, with everything that goes wrong planted and written down. Pure generation by
//! seed; it knows no clock, no environment, no lake. Only [`command`], [`files`] and [`post`] touch the outside.
//!
//! One day at a time: [`company::Company`] works through its agenda (orders placed, goods shipped, bills paid, tickets answered), each act
//! tells records to the [`outbox`], and what arrives on a day leaves as one [`outbox::Day`]. Beside it grows the [`truth`].

mod agenda;
mod basket;
mod billing;
mod bills;
mod calendar;
mod catalogue;
mod chance;
mod command;
mod company;
mod customers;
mod demand;
mod faults;
mod files;
mod fulfilment;
mod instant;
mod json;
mod markets;
mod money;
mod orders;
mod outbox;
mod plan;
mod post;
mod pricing;
mod purchasing;
mod receiving;
mod record;
mod returns;
mod stock;
mod summary;
mod table;
#[cfg(test)]
mod tests;
mod tickets;
mod totals;
mod trouble;
mod truth;
mod words;
mod workflows;

pub(crate) use command::{SynthArguments, run};
