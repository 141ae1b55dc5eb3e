//! `quarterdeck serve`: the dashboards and the HTTP API, until asked to stop.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use axum::Router;
use prometheus_client::registry::Registry;
use quarterdeck_dashboards::{Dashboards, router};
use tokio::net::TcpListener;

use crate::clock;
use crate::config::Config;
use crate::home::{Home, pages};
use crate::live::{self, Live};
use crate::titles;

pub(crate) async fn run(config: Config) -> Result<()> {
    let home = Home::open(&config).await?;
    let listener = listen(&config).await?;
    let no_tenants = home.control.tenants().await?.is_empty();
    let server = Server::open(config, home).await?;
    println!("listening on http://{}", listener.local_addr()?);
    if no_tenants {
        println!("no tenants yet: load files with `quarterdeck load`, then make a token with `quarterdeck token create`");
    }
    server.serve(listener).await
}

/// Takes the configured address.
pub(crate) async fn listen(config: &Config) -> Result<TcpListener> {
    let address = config.http.listen;
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}; is something else there? Set QUARTERDECK_HTTP_LISTEN to another"))
}

/// Everything that serving needs, opened.
pub(crate) struct Server {
    routes: Router,
    live: Arc<Live>,
}

impl Server {
    /// Opens the journal and reads the pages; what is wrong with them is said before anybody is answered.
    pub(crate) async fn open(config: Config, home: Home) -> Result<Self> {
        let (pages, faults) = pages(&config)?;
        if let Some(fault) = faults.first() {
            bail!("{fault}");
        }
        let mut registry = Registry::default();
        let (live, door) = live::open(&config, &home, &mut registry).await?;
        let clock = Arc::new(clock::now);
        let titles = titles::of_sources(home.engine.library())?;
        let state = Dashboards::new(home.engine, home.control, pages, clock, config.http_limits, registry).await?;
        let state = state.with_sources(titles, live.health());
        // Beside the dashboards' routes, not under their limits: the door has its own.
        Ok(Self { routes: door.merge(router(state)), live })
    }

    /// Answers on `listener` until SIGINT or SIGTERM, then finishes what was asked.
    pub(crate) async fn serve(self, listener: TcpListener) -> Result<()> {
        let Self { routes, live } = self;
        let background = [tokio::spawn(Arc::clone(&live).land_for_ever()), tokio::spawn(live.keep_up_for_ever())];
        axum::serve(listener, routes).with_graceful_shutdown(asked_to_stop()).await?;
        background.iter().for_each(tokio::task::JoinHandle::abort);
        Ok(())
    }
}

async fn asked_to_stop() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}
