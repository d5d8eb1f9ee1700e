//! Does a letter come from whom it says? SPF, DKIM and DMARC by mail-auth. Names are asked of a port: the system's
//! resolver, or a fixed list that asks nobody.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::mail_in::{Evidence, ForgedPolicy, Origin, Verdict, dmarc};
use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::DomainKey;
use mail_auth::dmarc::verify::DmarcParameters;
use mail_auth::dmarc::{Dmarc, Policy};
use mail_auth::hickory_resolver::config::{ResolverConfig, ResolverOpts};
use mail_auth::hickory_resolver::proto::op::ResponseCode;
use mail_auth::spf::Spf;
use mail_auth::spf::verify::SpfParameters;
use mail_auth::{
    AuthenticatedMessage, DkimOutput, DkimResult, DmarcResult, Error, MessageAuthenticator, Parameters,
    ResolverCache, SpfResult, Txt,
};
use tokio::time::timeout;

/// All questions about one letter are answered within this time, or not at all.
const PATIENCE: Duration = Duration::from_secs(20);

/// Who is asked about names.
pub struct Names {
    asked: MessageAuthenticator,
    fixed: Option<Fixed>,
}

impl std::fmt::Debug for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Names").field("fixed", &self.fixed.is_some()).finish_non_exhaustive()
    }
}

impl Names {
    /// The system's resolver.
    ///
    /// # Errors
    /// The system has none.
    pub fn system() -> Result<Self, String> {
        let asked = MessageAuthenticator::new_system_conf().map_err(|e| e.to_string())?;
        Ok(Self { asked, fixed: None })
    }

    /// Text records by their names, and nothing else: nobody is asked.
    ///
    /// # Errors
    /// None on a system with a network.
    pub fn fixed(records: &[(&str, &str)]) -> Result<Self, String> {
        let asked = MessageAuthenticator::new(ResolverConfig::default(), ResolverOpts::default());
        let asked = asked.map_err(|e| e.to_string())?;
        let txt = records.iter().map(|(name, text)| (format!("{name}.").into_boxed_str(), read(name, text)));
        Ok(Self { asked, fixed: Some(Fixed { txt: txt.collect() }) })
    }
}

/// A record as what its name says that it is.
fn read(name: &str, text: &str) -> Txt {
    let text = text.as_bytes();
    if name.contains("._domainkey.") {
        DomainKey::parse(text).into()
    } else if name.starts_with("_dmarc.") {
        Dmarc::parse(text).into()
    } else {
        Spf::parse(text).into()
    }
}

/// What is known without asking. Whatever is not in it does not exist.
struct Fixed {
    txt: HashMap<Box<str>, Txt>,
}

impl ResolverCache<Box<str>, Txt> for Fixed {
    fn get<Q>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let unknown = || Txt::Error(Error::DnsRecordNotFound(ResponseCode::NXDomain));
        Some(self.txt.get(name).cloned().unwrap_or_else(unknown))
    }

    fn remove<Q>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        None
    }

    fn insert(&self, _: Box<str>, _: Txt, _: Instant) {}
}

/// Lists of which a fixed list has none.
struct Nothing;

impl<K, T> ResolverCache<K, Arc<[T]>> for Nothing {
    fn get<Q>(&self, _: &Q) -> Option<Arc<[T]>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        Some(Vec::new().into())
    }

    fn remove<Q>(&self, _: &Q) -> Option<Arc<[T]>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        None
    }

    fn insert(&self, _: K, _: Arc<[T]>, _: Instant) {}
}

type Asking<'x, P> = Parameters<'x, P, Fixed, Nothing, Nothing, Nothing, Nothing>;

impl Names {
    fn with<P>(&self, params: P) -> Asking<'_, P> {
        const NOTHING: &Nothing = &Nothing;
        let nothing = self.fixed.as_ref().map(|_| NOTHING);
        Parameters {
            params,
            cache_txt: self.fixed.as_ref(),
            cache_mx: nothing,
            cache_ptr: nothing,
            cache_ipv4: nothing,
            cache_ipv6: nothing,
        }
    }
}

/// How a letter was handed over.
#[derive(Debug, Clone, Copy)]
pub struct Handover<'a> {
    /// The address of the server that brought it, if that was a stranger's.
    pub peer: Option<IpAddr>,
    /// The name by which it greeted.
    pub greeted_as: &'a str,
    /// The sender by whom it was handed over; empty for `<>`.
    pub sender: &'a str,
}

/// Finds out where a letter comes from; none if it cannot be taken apart. What cannot be found out in time is said so.
pub async fn origin(names: &Names, raw: &[u8], handover: Handover<'_>) -> Option<Origin> {
    let found = timeout(PATIENCE, look(names, raw, handover)).await;
    found.unwrap_or_else(|_| Some(unknown()))
}

fn unknown() -> Origin {
    let (spf, dkim, dmarc) = (Verdict::Error, Verdict::Error, Verdict::Error);
    let (spf_domain, dkim_domain, domain) = Default::default();
    Origin { spf, spf_domain, dkim, dkim_domain, dmarc, policy: ForgedPolicy::None, domain }
}

async fn look(names: &Names, raw: &[u8], handover: Handover<'_>) -> Option<Origin> {
    let message = AuthenticatedMessage::parse(raw)?;
    let signed = names.asked.verify_dkim(names.with(&message)).await;
    let helo = handover.greeted_as;
    let spf_domain = handover.sender.rsplit_once('@').map_or(helo, |(_, domain)| domain);
    let spf = match handover.peer {
        Some(ip) if handover.sender.is_empty() => {
            names.asked.verify_spf(names.with(SpfParameters::verify_ehlo(ip, helo, "localhost"))).await
        }
        Some(ip) => {
            let params = SpfParameters::verify_mail_from(ip, helo, "localhost", handover.sender);
            names.asked.verify_spf(names.with(params)).await
        }
        None => mail_auth::SpfOutput::new(spf_domain.to_owned()),
    };
    let suffix = |domain: &str| psl::domain_str(domain).map(str::len);
    let params = DmarcParameters::new(&message, &signed, spf_domain, &spf)
        .with_domain_suffix_fn(|d: &str| suffix(d).and_then(|n| d.get(d.len() - n..)).unwrap_or(d));
    let judged = names.asked.verify_dmarc(names.with(params)).await;
    let aligned =
        [judged.spf_result(), judged.dkim_result()].into_iter().any(|r| matches!(r, DmarcResult::Pass));
    let spf_verdict = handover.peer.map(|_| of_spf(spf.result()));
    let (dkim, dkim_domain) = of_dkim(&signed);
    let trouble = spf_verdict == Some(Verdict::Error)
        || dkim == Verdict::Error
        || matches!(judged.dkim_result(), DmarcResult::TempError(_));
    let evidence = match handover.peer {
        _ if trouble => Evidence::Trouble,
        Some(_) => Evidence::Whole,
        None => Evidence::NoPeer,
    };
    Some(Origin {
        spf: spf_verdict.unwrap_or(Verdict::Neutral),
        spf_domain: spf_domain.to_owned(),
        dkim,
        dkim_domain,
        dmarc: dmarc(judged.dmarc_record().map(|_| aligned), evidence),
        policy: match judged.policy() {
            Policy::Reject => ForgedPolicy::Reject,
            Policy::Quarantine => ForgedPolicy::Quarantine,
            Policy::None | Policy::Unspecified => ForgedPolicy::None,
        },
        domain: judged.domain().to_owned(),
    })
}

fn of_spf(result: SpfResult) -> Verdict {
    match result {
        SpfResult::Pass => Verdict::Pass,
        SpfResult::Fail | SpfResult::PermError => Verdict::Fail,
        SpfResult::SoftFail => Verdict::SoftFail,
        SpfResult::Neutral => Verdict::Neutral,
        SpfResult::TempError => Verdict::Error,
        SpfResult::None => Verdict::None,
    }
}

/// The best of all signatures counts, with its domain.
fn of_dkim(signed: &[DkimOutput<'_>]) -> (Verdict, String) {
    let verdict = |o: &DkimOutput<'_>| match o.result() {
        DkimResult::Pass => Verdict::Pass,
        // What was changed on the way fails as well (RFC 6376 §6.1.3), although the library says otherwise.
        DkimResult::Neutral(Error::FailedBodyHashMatch) | DkimResult::Fail(_) | DkimResult::PermError(_) => {
            Verdict::Fail
        }
        DkimResult::Neutral(_) => Verdict::Neutral,
        DkimResult::TempError(_) => Verdict::Error,
        DkimResult::None => Verdict::None,
    };
    let best = signed.iter().filter(|o| o.signature().is_some()).map(|o| (verdict(o), o));
    let rank = |v: Verdict| [Verdict::Pass, Verdict::Error, Verdict::Fail].iter().position(|b| *b == v);
    match best.min_by_key(|(v, _)| rank(*v).unwrap_or(9)) {
        Some((v, o)) => (v, o.signature().map(|s| s.d.clone()).unwrap_or_default()),
        None => (Verdict::None, String::new()),
    }
}
