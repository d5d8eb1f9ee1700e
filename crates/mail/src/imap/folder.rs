//! What one does with an open folder: look, fetch, mark, wait.

use std::collections::BTreeMap;
use std::time::Duration;

use async_imap::error::Error;
use async_imap::extensions::idle::IdleResponse;
use async_imap::types::{Fetch, Uid, UnsolicitedResponse};
use tokio_stream::{Stream, StreamExt};

use super::connect::sign_in;
use super::{
    Account, Afterwards, Can, Failure, Folder, Lying, PATIENCE, Phase, WHOLE_LETTER, Which, in_time, words,
};

/// So many numbers are named in one command.
const AT_ONCE: usize = 500;

impl Folder {
    /// Signs in and opens the folder.
    ///
    /// # Errors
    /// How far it came.
    pub async fn open(account: &Account) -> Result<Self, Failure> {
        Ok(Self::open_counted(account).await?.0)
    }

    pub(super) async fn open_counted(account: &Account) -> Result<(Self, u32), Failure> {
        let mut session = sign_in(account).await?;
        let all = in_time(PATIENCE, Phase::Talk, session.capabilities()).await?;
        if all.has_str("ID") {
            // Some servers open no folder for programs that do not say their name.
            in_time(PATIENCE, Phase::Talk, session.id([("name", Some("Aftercare"))])).await?;
        }
        let name = modified_utf7(&account.folder);
        let opened = in_time(PATIENCE, Phase::Folder, session.select(name)).await?;
        let unknown = || Failure::new(Phase::Folder, "the server does not number its letters for good");
        let validity = opened.uid_validity.ok_or_else(unknown)?;
        let mut folder = Self { session, validity, last: 0, can: Can::of(&all) };
        folder.last = match opened.uid_next {
            Some(next) => next.saturating_sub(1),
            None => folder.find(Which::After(0)).await?.pop().unwrap_or_default(),
        };
        Ok((folder, opened.exists))
    }

    /// The numbers of letters, in their order.
    ///
    /// # Errors
    /// The server's.
    pub async fn find(&mut self, which: Which) -> Result<Vec<u32>, Failure> {
        let query = match which {
            // The last letter answers even if its number is smaller (RFC 3501 §6.4.8).
            Which::After(uid) => format!("UID {}:*", u64::from(uid) + 1),
            Which::Unread(None) => "UNSEEN".to_owned(),
            Which::Unread(Some(since)) => format!("OR UNSEEN SINCE {}", since.strftime("%-d-%b-%Y")),
        };
        if matches!(which, Which::After(u32::MAX)) {
            return Ok(Vec::new());
        }
        let found = in_time(PATIENCE, Phase::Talk, self.session.uid_search(query)).await?;
        let mut uids: Vec<u32> = found.into_iter().collect();
        if let Which::After(after) = which {
            uids.retain(|uid| *uid > after);
        }
        uids.sort_unstable();
        Ok(uids)
    }

    /// How large letters are; what is gone meanwhile is not among them.
    ///
    /// # Errors
    /// The server's.
    pub async fn sizes(&mut self, uids: &[u32]) -> Result<Vec<Lying>, Failure> {
        let mut sizes = BTreeMap::new();
        for some in uids.chunks(AT_ONCE) {
            for f in self.fetch(&set(some), "(UID RFC822.SIZE)").await? {
                if let (Some(uid), Some(size)) = (f.uid, f.size) {
                    sizes.insert(uid, size as usize);
                }
            }
        }
        Ok(sizes.into_iter().map(|(uid, size)| Lying { uid, size }).collect())
    }

    /// Letters as they lie there; what is gone meanwhile is not among them.
    ///
    /// # Errors
    /// The server's.
    pub async fn letters(&mut self, uids: &[u32]) -> Result<Vec<(u32, Vec<u8>)>, Failure> {
        let fetched = self.fetch(&set(uids), "(UID BODY.PEEK[])").await?;
        Ok(fetched.iter().filter_map(|f| Some((f.uid?, f.body()?.to_vec()))).collect())
    }

    /// The head of a letter that is too large to be fetched.
    ///
    /// # Errors
    /// The server's.
    pub async fn head(&mut self, uid: u32) -> Result<Option<Vec<u8>>, Failure> {
        let fetched = self.fetch(&uid.to_string(), "(UID BODY.PEEK[HEADER])").await?;
        Ok(fetched.iter().find_map(|f| f.header().map(<[u8]>::to_vec)))
    }

    async fn fetch(&mut self, uids: &str, what: &str) -> Result<Vec<Fetch>, Failure> {
        let all = async {
            let answers = self.session.uid_fetch(uids, what).await?;
            collect(answers).await
        };
        in_time(WHOLE_LETTER, Phase::Talk, all).await
    }

    /// Does with letters what was said; they are kept here for good.
    ///
    /// # Errors
    /// The server's; then some may be as they were, and it is done again.
    pub async fn finish(&mut self, uids: &[u32], how: &Afterwards) -> Result<(), Failure> {
        for some in uids.chunks(AT_ONCE) {
            let set = set(some);
            match how {
                Afterwards::Seen => self.flag(&set, "\\Seen").await?,
                Afterwards::Delete => self.delete(&set).await?,
                Afterwards::Move(to) => {
                    let to = modified_utf7(to);
                    if self.can.move_ {
                        in_time(PATIENCE, Phase::Talk, self.session.uid_mv(&set, &to)).await?;
                    } else {
                        in_time(PATIENCE, Phase::Talk, self.session.uid_copy(&set, &to)).await?;
                        self.delete(&set).await?;
                    }
                }
            }
        }
        Ok(())
    }

    /// What others have marked as deleted stays as it is; a server that cannot tell them apart only marks.
    async fn delete(&mut self, set: &str) -> Result<(), Failure> {
        self.flag(set, "\\Seen \\Deleted").await?;
        if !self.can.expunge_some {
            return Ok(());
        }
        let gone = async {
            let answers = self.session.uid_expunge(set).await?;
            collect(answers).await
        };
        in_time(PATIENCE, Phase::Talk, gone).await.map(|_: Vec<Uid>| ())
    }

    async fn flag(&mut self, set: &str, flags: &str) -> Result<(), Failure> {
        let query = format!("+FLAGS.SILENT ({flags})");
        let done = async {
            let answers = self.session.uid_store(set, query).await?;
            collect(answers).await
        };
        in_time(PATIENCE, Phase::Talk, done).await.map(|_: Vec<Fetch>| ())
    }

    /// Does the server say by itself when something comes?
    pub fn can_idle(&self) -> bool {
        self.can.idle
    }

    /// Waits until the server says that something came, or the time is over (RFC 2177).
    ///
    /// # Errors
    /// The connection is gone.
    pub async fn idle(self, most: Duration) -> Result<Self, Failure> {
        let Self { session, validity, last, can } = self;
        let told = session.unsolicited_responses.clone();
        let mut waiting = session.idle();
        in_time(PATIENCE, Phase::Talk, waiting.init()).await?;
        // What came between the last look and now was told on the way here.
        let came = std::iter::from_fn(|| told.try_recv().ok())
            .filter(|t| matches!(t, UnsolicitedResponse::Exists(_)));
        if came.count() == 0 {
            // A server that says again and again that it is there must not keep us for ever.
            let (wait, _interrupt) = waiting.wait_with_timeout(most);
            let heard = tokio::time::timeout(most, wait).await.unwrap_or(Ok(IdleResponse::Timeout));
            heard.map_err(words(Phase::Talk))?;
        }
        let session = in_time(PATIENCE, Phase::Talk, waiting.done()).await?;
        Ok(Self { session, validity, last, can })
    }

    /// Asks whether anything is new, for servers that do not say it by themselves.
    ///
    /// # Errors
    /// The connection is gone.
    pub async fn ask(&mut self) -> Result<(), Failure> {
        in_time(PATIENCE, Phase::Talk, self.session.noop()).await
    }

    /// Says goodbye; whether it was heard does not matter.
    pub async fn close(mut self) {
        let _ = in_time(PATIENCE, Phase::Talk, self.session.logout()).await;
    }
}

async fn collect<T>(answers: impl Stream<Item = Result<T, Error>>) -> Result<Vec<T>, Error> {
    let mut all = Vec::new();
    let mut answers = std::pin::pin!(answers);
    while let Some(answer) = answers.next().await {
        all.push(answer?);
    }
    Ok(all)
}

/// Numbers as a command names them: `1:3,7`.
fn set(uids: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for uid in uids {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(*uid) => *last = *uid,
            _ => runs.push((*uid, *uid)),
        }
    }
    let run = |(a, b): &(u32, u32)| if a == b { a.to_string() } else { format!("{a}:{b}") };
    runs.iter().map(run).collect::<Vec<_>>().join(",")
}

/// The name of a folder as servers write it (RFC 3501 §5.1.3).
fn modified_utf7(name: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
    fn close(out: &mut String, held: &mut Vec<u16>) {
        if held.is_empty() {
            return;
        }
        out.push('&');
        let (mut bits, mut count) = (0_u32, 0_u32);
        for byte in held.drain(..).flat_map(u16::to_be_bytes) {
            bits = (bits << 8) | u32::from(byte);
            count += 8;
            while count >= 6 {
                count -= 6;
                out.extend(ALPHABET.get((bits >> count & 63) as usize).map(|b| char::from(*b)));
            }
            bits &= (1 << count) - 1;
        }
        if count > 0 {
            out.extend(ALPHABET.get((bits << (6 - count) & 63) as usize).map(|b| char::from(*b)));
        }
        out.push('-');
    }
    let (mut out, mut held) = (String::new(), Vec::new());
    for c in name.chars() {
        if c.is_ascii_graphic() || c == ' ' {
            close(&mut out, &mut held);
            out.push(c);
            if c == '&' {
                out.push('-');
            }
        } else if !c.is_control() {
            held.extend(c.encode_utf16(&mut [0; 2]).iter().copied());
        }
    }
    close(&mut out, &mut held);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_as_servers_write_them() {
        assert_eq!(set(&[1, 2, 3, 7, 9, 10]), "1:3,7,9:10");
        for (name, written) in
            [("INBOX", "INBOX"), ("已处理", "&XfJZBHQG-"), ("A & B", "A &- B"), ("台北x", "&U,BTFw-x")]
        {
            assert_eq!(modified_utf7(name), written);
        }
    }
}
