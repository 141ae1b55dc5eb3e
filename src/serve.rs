//! `quarterdeck serve`: the dashboards, the HTTP API and the analysts' doors, until asked to stop.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use axum::Router;
use prometheus_client::registry::Registry;
use quarterdeck_dashboards::{Dashboards, Front, router};
use quarterdeck_wire::{Analysts, flight, postgres};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::clock;
use crate::config::Config;
use crate::first_start;
use crate::forecast::schedule::Schedule;
use crate::home::{Home, pages};
use crate::http_server::{self, ConnectionLimits};
use crate::live::{self, Live};
use crate::output;
use crate::provider_client;
use crate::sweep;
use crate::titles;

/// Where the PostgreSQL door is unless told otherwise.
const POSTGRES: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 5433);
/// Where the Flight SQL door is unless told otherwise.
const FLIGHT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 50051);

pub(crate) async fn run(config: Config) -> Result<()> {
    let home = Home::open(&config).await?;
    let listeners = Listeners::take(&config).await?;
    let no_tenants = home.control.tenants().await?.is_empty();
    let administrator = home.control.ensure_first_administrator(clock::now()).await?;
    let server = Server::open(config, home).await?;
    listeners.tell()?;
    if let Some(administrator) = administrator {
        first_start::tell_how(&administrator, listeners.http.local_addr()?);
    }
    if no_tenants {
        tell("no tenants yet: load files with `quarterdeck load`, then make a token with `quarterdeck token create`");
    }
    server.serve(listeners).await
}

/// The addresses that are answered on.
pub(crate) struct Listeners {
    pub(crate) http: TcpListener,
    postgres: Option<TcpListener>,
    flight: Option<TcpListener>,
}

impl Listeners {
    /// Takes the configured addresses.
    pub(crate) async fn take(config: &Config) -> Result<Self> {
        let http = listen(config.http.listen, "QUARTERDECK_HTTP_LISTEN").await?;
        let postgres = if_free(config.postgres.listen, POSTGRES, "QUARTERDECK_POSTGRES_LISTEN").await?;
        let flight = if_free(config.flight.listen, FLIGHT, "QUARTERDECK_FLIGHT_LISTEN").await?;
        Ok(Self { http, postgres, flight })
    }

    /// Says where they are; whoever reads it may have gone after the first line.
    fn tell(&self) -> Result<()> {
        output::line(format!("listening on http://{}", self.http.local_addr()?))?;
        if let Some(postgres) = &self.postgres {
            tell(&format!("listening on postgres://{}", postgres.local_addr()?));
        }
        if let Some(flight) = &self.flight {
            tell(&format!("listening on grpc://{}", flight.local_addr()?));
        }
        Ok(())
    }
}

/// Says something to whoever still reads.
pub(crate) fn tell(text: &str) {
    if let Err(error) = output::line(text) {
        tracing::debug!(%error, "nobody reads what is said");
    }
}

async fn listen(address: SocketAddr, variable: &str) -> Result<TcpListener> {
    let listener = TcpListener::bind(address).await;
    listener.with_context(|| format!("cannot listen on {address}; is something else there? Set {variable} to another"))
}

/// The address of an analysts' door: one that was told is needed, the usual one is taken if it is free.
async fn if_free(told: Option<SocketAddr>, usual: SocketAddr, variable: &str) -> Result<Option<TcpListener>> {
    if let Some(address) = told {
        return listen(address, variable).await.map(Some);
    }
    let listener = TcpListener::bind(usual).await;
    Ok(listener.inspect_err(|error| tracing::warn!(%error, "a door stays shut: {usual} is taken; set {variable}")).ok())
}

/// Everything that serving needs, opened.
pub(crate) struct Server {
    routes: Router,
    live: Arc<Live>,
    connections: ConnectionLimits,
    analysts: Analysts,
    postgres_tls: Option<TlsAcceptor>,
    flight_tls: Option<TlsAcceptor>,
    /// What goes on beside the doors.
    beside: Vec<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Server {
    /// Opens the journal and reads the pages; what is wrong with them is said before anybody is answered.
    pub(crate) async fn open(config: Config, home: Home) -> Result<Self> {
        let (pages, faults) = pages(&config)?;
        if let Some(fault) = faults.first() {
            bail!("{fault}");
        }
        let connections = config.connection_limits.clone();
        let (postgres_tls, flight_tls) = (config.postgres.tls.acceptor()?, config.flight.tls.acceptor()?);
        let analysts = Analysts::new(home.engine.clone(), home.control.clone(), config.wire_limits.clone(), clock::now);
        let sweep_every = Duration::from_millis(config.upkeep.sweep_interval_ms.max(1));
        let mut beside: Vec<Pin<Box<dyn Future<Output = ()> + Send>>> =
            vec![Box::pin(sweep::for_ever(home.control.clone(), sweep_every))];
        if config.forecast.daily {
            let (engine, control) = (home.engine.clone(), home.control.clone());
            beside.push(Box::pin(Schedule { engine, control, config: config.forecast.clone() }.issue_for_ever()));
        }
        let mut registry = Registry::default();
        let (live, door) = live::open(&config, &home, &mut registry).await?;
        let clock = Arc::new(clock::now);
        let titles = titles::of_sources(home.engine.library())?;
        let state = Dashboards::new(home.engine, home.control, pages, clock, config.http_limits, registry).await?;
        let front = Front { proxies: config.http.proxies, https: config.http.https };
        let state =
            state.with_sources(titles, live.health()).with_front(front, provider_client::new()?).with_analysts(analysts.clone());
        // Beside the dashboards' routes, not under their limits: the door has its own.
        let routes = door.merge(router(state));
        Ok(Self { routes, live, connections, analysts, postgres_tls, flight_tls, beside })
    }

    /// Answers on `listener` until SIGINT or SIGTERM, then finishes what was asked.
    pub(crate) async fn serve(self, listeners: Listeners) -> Result<()> {
        let Self { routes, live, connections, analysts, postgres_tls, flight_tls, beside } = self;
        let mut background = vec![tokio::spawn(Arc::clone(&live).land_for_ever()), tokio::spawn(live.keep_up_for_ever())];
        background.extend(beside.into_iter().map(tokio::spawn));
        let by_postgres = analysts.clone();
        background.extend(listeners.postgres.map(|at| tokio::spawn(postgres::serve(at, postgres_tls, by_postgres))));
        background.extend(listeners.flight.map(|at| tokio::spawn(flight::serve(at, flight_tls, analysts))));
        http_server::serve(listeners.http, routes, &connections, asked_to_stop()).await;
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
