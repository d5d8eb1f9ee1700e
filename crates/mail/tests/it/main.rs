//! Letters as they come, and the server that takes them over real sockets.

#[cfg(test)]
mod incoming;
#[cfg(test)]
mod listener;
#[cfg(test)]
mod mutations;
#[cfg(test)]
mod origin;
