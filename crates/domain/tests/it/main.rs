//! The rules as a whole: worked examples of the specification, and its laws against a naive oracle.

#[cfg(test)]
mod appointment;
#[cfg(test)]
mod catch_up;
#[cfg(test)]
mod chat;
#[cfg(test)]
mod emergency;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod first_contact;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod laws_more;
#[cfg(test)]
mod mail_fold;
#[cfg(test)]
mod mail_styles;
#[cfg(test)]
mod misclick;
#[cfg(test)]
mod notice;
#[cfg(test)]
mod oncall;
#[cfg(test)]
mod oncall_swap;
#[cfg(test)]
mod paging;
#[cfg(test)]
mod parity;
#[cfg(test)]
mod presence;
#[cfg(test)]
mod progress;
#[cfg(test)]
mod retro;
#[cfg(test)]
mod risk;
#[cfg(test)]
mod slips;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod ticket;
#[cfg(test)]
mod withdraw;
