//! A connection to one Redis or to a cluster, and one round trip on it.
use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::try_join_all;
use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::{AsyncConnectionConfig, Client, Cmd, Pipeline, RedisError, Value};

use super::address::Address;

/// A connection that does not come into being within this is given up.
const CONNECT_PATIENCE: Duration = Duration::from_secs(1);
/// What Redis does not answer for so long is forgotten; nobody waits that long.
const ANSWER_PATIENCE: Duration = Duration::from_secs(1);
/// A command of a cluster follows a slot that has moved.
const REDIRECTIONS: u32 = 3;

/// An open connection; clones share it.
#[derive(Clone)]
pub(crate) enum Connection {
    One(MultiplexedConnection),
    Cluster(ClusterConnection),
}

/// A command, and the part of its key that puts it on a node.
pub(crate) struct Command {
    pub unit: String,
    pub command: Cmd,
}

/// Opens a connection that has answered a PING.
pub(crate) async fn connect(address: &Address) -> Result<Connection, RedisError> {
    match address {
        Address::One(info) => {
            let config = AsyncConnectionConfig::new()
                .set_connection_timeout(Some(CONNECT_PATIENCE))
                .set_response_timeout(Some(ANSWER_PATIENCE));
            let client = Client::open(info.as_ref().clone())?;
            let mut connection = client
                .get_multiplexed_async_connection_with_config(&config)
                .await?;
            redis::cmd("PING").exec_async(&mut connection).await?;
            Ok(Connection::One(connection))
        }
        Address::Cluster(nodes) => {
            let client = ClusterClient::builder(nodes.iter().cloned())
                .connection_timeout(CONNECT_PATIENCE)
                .response_timeout(ANSWER_PATIENCE)
                .retries(REDIRECTIONS)
                .min_retry_wait(1)
                .max_retry_wait(100)
                .build()?;
            client.get_async_connection().await.map(Connection::Cluster)
        }
    }
}

impl Connection {
    /// Sends all commands at once and gives their answers, in order.
    pub(crate) async fn round_trip(self, commands: Vec<Command>) -> Result<Vec<Value>, RedisError> {
        match self {
            Connection::One(mut connection) => {
                let all = commands.into_iter().map(|one| one.command);
                send(&mut connection, all.collect()).await
            }
            Connection::Cluster(connection) => by_unit(connection, commands).await,
        }
    }
}

/// The commands of a unit are for one node; those of several units travel beside each other.
async fn by_unit(
    connection: ClusterConnection,
    commands: Vec<Command>,
) -> Result<Vec<Value>, RedisError> {
    let mut units: BTreeMap<String, (Vec<usize>, Vec<Cmd>)> = BTreeMap::new();
    let count = commands.len();
    for (position, one) in commands.into_iter().enumerate() {
        let unit = units.entry(one.unit).or_default();
        unit.0.push(position);
        unit.1.push(one.command);
    }
    let sent = units.into_values().map(|(positions, commands)| {
        let mut connection = connection.clone();
        async move { Ok::<_, RedisError>((positions, send(&mut connection, commands).await?)) }
    });
    let mut answers = vec![Value::Nil; count];
    for (positions, values) in try_join_all(sent).await? {
        for (position, value) in positions.into_iter().zip(values) {
            answers[position] = value;
        }
    }
    Ok(answers)
}

async fn send(
    connection: &mut impl ConnectionLike,
    commands: Vec<Cmd>,
) -> Result<Vec<Value>, RedisError> {
    let count = commands.len();
    let mut pipeline = Pipeline::with_capacity(count);
    for command in commands {
        pipeline.add_command(command);
    }
    connection.req_packed_commands(&pipeline, 0, count).await
}
