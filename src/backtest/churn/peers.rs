//! What peers reached on the same shops: constants, not measured here.

use super::Score;

/// What a peer reached, as published in the project's survey of methods: Python's libraries, on both years of Online Retail.
pub(super) struct Peer {
    pub(super) data: &'static str,
    pub(super) cutoff: &'static str,
    model: &'static str,
    customers: usize,
    base_rate: f64,
    auc: f64,
    brier: f64,
    log_loss: Option<f64>,
    calibration_error: f64,
}

impl Peer {
    /// As a row of the scorecard.
    pub(super) fn score(&self, two_years: bool) -> Score {
        let other_data = self.data == "Online Retail" && !two_years;
        Score {
            data: self.data,
            cutoff: self.cutoff.to_owned(),
            model: format!("peer: {}", self.model),
            customers: self.customers,
            base_rate: self.base_rate,
            auc: Some(self.auc),
            brier: self.brier,
            log_loss: self.log_loss,
            calibration_error: self.calibration_error,
            seconds: None,
            note: if other_data { "measured on both years, of which one is here".to_owned() } else { String::new() },
        }
    }
}

const JUNE: Peer = Peer {
    data: "Online Retail",
    cutoff: "2011-06-01",
    model: "",
    customers: 4_338,
    base_rate: 0.634,
    auc: 0.5,
    brier: 0.25,
    log_loss: None,
    calibration_error: 0.0,
};
const SEPTEMBER: Peer = Peer { cutoff: "2011-09-10", customers: 4_317, base_rate: 0.494, ..JUNE };
const CDNOW: Peer = Peer { data: "CDNOW", cutoff: "1997-10-01", customers: 2_357, base_rate: 0.710, ..JUNE };

pub(super) const PEERS: [Peer; 19] = [
    Peer { model: "lifetimes BG/NBD", auc: 0.757, brier: 0.1612, calibration_error: 0.043, ..CDNOW },
    Peer { model: "lifetimes Pareto/NBD", auc: 0.771, brier: 0.1619, calibration_error: 0.070, ..CDNOW },
    Peer { model: "lifetimes MBG/NBD", auc: 0.760, brier: 0.1614, calibration_error: 0.050, ..CDNOW },
    Peer { model: "constant base rate", auc: 0.500, brier: 0.2383, log_loss: Some(0.670), calibration_error: 0.079, ..JUNE },
    Peer { model: "lifetimes BG/NBD", auc: 0.807, brier: 0.1680, log_loss: Some(0.511), calibration_error: 0.055, ..JUNE },
    Peer {
        model: "lifetimes BG/NBD: 1 − P(alive)",
        auc: 0.504,
        brier: 0.5370,
        log_loss: Some(4.118),
        calibration_error: 0.551,
        ..JUNE
    },
    Peer { model: "lifetimes Pareto/NBD", auc: 0.807, brier: 0.1678, log_loss: Some(0.510), calibration_error: 0.053, ..JUNE },
    Peer { model: "logistic", auc: 0.798, brier: 0.1690, log_loss: Some(0.513), calibration_error: 0.044, ..JUNE },
    Peer { model: "LightGBM", auc: 0.801, brier: 0.1665, log_loss: Some(0.507), calibration_error: 0.037, ..JUNE },
    Peer {
        model: "LightGBM, Platt on the latest",
        auc: 0.796,
        brier: 0.1691,
        log_loss: Some(0.512),
        calibration_error: 0.027,
        ..JUNE
    },
    Peer { model: "LightGBM and logistic", auc: 0.803, brier: 0.1666, log_loss: Some(0.507), calibration_error: 0.040, ..JUNE },
    Peer { model: "constant base rate", auc: 0.500, brier: 0.2568, log_loss: Some(0.707), calibration_error: 0.083, ..SEPTEMBER },
    Peer { model: "lifetimes BG/NBD", auc: 0.765, brier: 0.2062, log_loss: Some(0.600), calibration_error: 0.100, ..SEPTEMBER },
    Peer {
        model: "lifetimes BG/NBD: 1 − P(alive)",
        auc: 0.506,
        brier: 0.4077,
        log_loss: Some(3.074),
        calibration_error: 0.392,
        ..SEPTEMBER
    },
    Peer {
        model: "lifetimes Pareto/NBD",
        auc: 0.763,
        brier: 0.2085,
        log_loss: Some(0.607),
        calibration_error: 0.109,
        ..SEPTEMBER
    },
    Peer { model: "logistic", auc: 0.770, brier: 0.2022, log_loss: Some(0.589), calibration_error: 0.094, ..SEPTEMBER },
    Peer { model: "LightGBM", auc: 0.767, brier: 0.2095, log_loss: Some(0.605), calibration_error: 0.120, ..SEPTEMBER },
    Peer {
        model: "LightGBM, Platt on the latest",
        auc: 0.763,
        brier: 0.2183,
        log_loss: Some(0.632),
        calibration_error: 0.143,
        ..SEPTEMBER
    },
    Peer {
        model: "LightGBM and logistic",
        auc: 0.771,
        brier: 0.2047,
        log_loss: Some(0.594),
        calibration_error: 0.107,
        ..SEPTEMBER
    },
];
