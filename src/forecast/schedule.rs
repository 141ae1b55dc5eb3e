//! Forecasts while serving: for each tenant, once a day of its that is over. Knows neither models nor tables.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::Result;
use chrono::NaiveDate;
use quarterdeck_control::{Control, Tenant};
use quarterdeck_engine::Engine;
use quarterdeck_models::model;

use super::issue::Issue;
use crate::config::ForecastConfig;
use crate::home;

/// What forecasts are issued with.
pub(crate) struct Schedule {
    pub(crate) engine: Engine,
    pub(crate) control: Control,
    pub(crate) config: ForecastConfig,
}

impl Schedule {
    /// Issues what is due, again and again, until the process ends.
    pub(crate) async fn issue_for_ever(self) {
        let every = Duration::from_millis(self.config.interval_ms.max(1));
        // Not at once: whoever starts has other things to answer first.
        let mut interval = tokio::time::interval_at(tokio::time::Instant::now() + every, every);
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut issued: HashMap<String, NaiveDate> = HashMap::new();
        loop {
            interval.tick().await;
            let tenants = match self.control.tenants().await {
                Ok(tenants) => tenants,
                Err(error) => {
                    tracing::error!(%error, "forecasts wait: the tenants cannot be read");
                    continue;
                }
            };
            for tenant in tenants {
                let today = home::profile(&tenant).now.with_timezone(&tenant.zone).date_naive();
                if issued.get(&tenant.id) == Some(&today) {
                    continue;
                }
                match self.issue(&tenant, today).await {
                    Ok(()) => _ = issued.insert(tenant.id, today),
                    Err(error) => tracing::error!(tenant = %tenant.id, %error, "forecasts failed and will be tried again"),
                }
            }
        }
    }

    /// As of the beginning of `today`, so that a restart says the same again, and so nothing.
    async fn issue(&self, tenant: &Tenant, today: NaiveDate) -> Result<()> {
        let as_of = Some(home::profile(tenant).start_of(today));
        let issue = Issue { engine: &self.engine, tenant, as_of, service_level: self.config.service_level };
        for model in model::all() {
            let run = issue.run(model).await?;
            tracing::info!(tenant = %tenant.id, model = run.model, rows = run.row_count, elapsed_ms = run.elapsed_ms, "forecast");
        }
        Ok(())
    }
}
