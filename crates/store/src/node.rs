//! This machine beside the others: does its clock agree with the database server's (E7)?

use domain::time::{Timestamp, from_millis};

use crate::{Read, Result};

statements! {
    ALIVE = "SELECT 1 AS one";
    @twin SERVER_NOW = "SELECT CAST(NULL AS INTEGER) AS now"
        / "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS now";
}

/// The server's time. The embedded database has no clock but the node's own.
pub fn server_now(r: &mut Read<'_>) -> Result<Option<Timestamp>> {
    Ok(r.first(&SERVER_NOW, &[], |r| r.int_opt(0))?.flatten().map(from_millis))
}

/// Does the database answer?
pub fn alive(r: &mut Read<'_>) -> Result<()> {
    r.first(&ALIVE, &[], |_| Ok(())).map(drop)
}
