//! Uploads and downloads. Bytes are streamed to the file store and named by their content; a file is
//! served inline only if it is a picture that cannot run anything.

use std::path::PathBuf;

use axum::extract::{Multipart, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use desk::Error;
use domain::access::Actor;
use domain::id::FileId;
use domain::ticket::decide::Visibility;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::file::FileRow;
use tokio::io::AsyncWriteExt;

use crate::app::App;
use crate::error::WebError;
use crate::session::Visitor;

/// Routes of the files.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/files", post(upload)).route("/files/{id}", get(download))
}

/// Pictures that browsers only paint.
const INLINE: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/// Is it a picture that browsers only paint?
pub(crate) fn is_picture(media_type: &str) -> bool {
    INLINE.contains(&media_type)
}

async fn upload(State(app): State<App>, visitor: Visitor, form: Multipart) -> Result<Response, WebError> {
    let file = receive(&app, visitor.actor(), form).await.map_err(|e| visitor.fail(e))?;
    let picture = is_picture(&file.media_type);
    let answer = json!({"id": file.id, "name": file.name, "size": file.size, "picture": picture});
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

/// Takes one file out of a form, stores its bytes, then its row.
pub(crate) async fn receive(app: &App, who: &Actor, mut form: Multipart) -> desk::Result<FileRow> {
    let bad = |e: axum::extract::multipart::MultipartError| Error::field("file", &e.body_text());
    let mut field = loop {
        let field = form.next_field().await.map_err(bad)?.ok_or_else(|| Error::field("file", "required"))?;
        if field.file_name().is_some() {
            break field;
        }
    };
    let name = safe_name(field.file_name().unwrap_or_default());
    let store = Spool::begin(app).await?;
    let (mut spool, mut head, mut size, mut hash) = (store, Vec::new(), 0u64, Sha256::new());
    let mut text = Text::default();
    let rules = app.desk.read({
        let desk = app.desk.clone();
        move |r| desk.rules_in(r)
    });
    let settings = &rules.await?.settings;
    while let Some(chunk) = field.chunk().await.map_err(bad)? {
        size += chunk.len() as u64;
        if size > settings.max_file_bytes {
            spool.discard().await;
            return Err(Error::field("file", "too_large"));
        }
        if head.len() < 16 {
            head.extend(chunk.iter().take(16));
        }
        hash.update(&chunk);
        text.take(&chunk);
        spool.write(&chunk).await?;
    }
    if !settings.takes_file(&name, &head) {
        spool.discard().await;
        return Err(Error::field("file", "refused_type"));
    }
    let sha256: String = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
    spool.keep(&sha256).await?;
    let media_type = match sniff(&head) {
        BYTES if named_text(&name) && text.is_text() => TEXT,
        known => known,
    };
    let media_type = media_type.to_owned();
    let by = who.reference();
    app.desk
        .write(who, move |unit| {
            let row = FileRow {
                id: FileId(unit.work.next_id()),
                ticket: None,
                message: None,
                visibility: Visibility::Internal,
                name: name.clone(),
                media_type: media_type.clone(),
                size: i64::try_from(size).unwrap_or(i64::MAX),
                sha256: sha256.clone(),
                by: by.clone(),
            };
            store::file::insert(unit.work, &row)?;
            Ok(row)
        })
        .await
}

/// The last part of a path, without control characters, at most 200 characters.
fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String =
        last.chars().filter(|c| !c.is_control() && !"\"<>|:*?".contains(*c)).take(200).collect();
    if clean.trim().is_empty() { "file".to_owned() } else { clean }
}

/// The media type by content; what is not known is bytes.
fn sniff(head: &[u8]) -> &'static str {
    match head {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        [b'%', b'P', b'D', b'F', ..] => "application/pdf",
        _ => BYTES,
    }
}

const BYTES: &str = "application/octet-stream";
const TEXT: &str = "text/plain; charset=utf-8";

/// Does the name say that it is plain text?
fn named_text(name: &str) -> bool {
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    ["txt", "log", "csv"].iter().any(|known| end.eq_ignore_ascii_case(known))
}

/// Looks whether bytes that come in pieces are UTF-8 without a NUL.
#[derive(Debug, Default)]
struct Text {
    /// The beginning of a character that the next piece ends.
    rest: Vec<u8>,
    broken: bool,
}

impl Text {
    fn take(&mut self, piece: &[u8]) {
        if self.broken {
            return;
        }
        self.rest.extend(piece);
        let whole = match std::str::from_utf8(&self.rest) {
            Ok(_) => self.rest.len(),
            Err(e) if e.error_len().is_none() => e.valid_up_to(),
            Err(_) => return self.broken = true,
        };
        self.broken = self.rest.drain(..whole).any(|byte| byte == 0);
    }

    fn is_text(&self) -> bool {
        !self.broken && self.rest.is_empty()
    }
}

const INCOMING: &str = "incoming-";

/// A file on its way into the store.
struct Spool {
    file: tokio::fs::File,
    path: PathBuf,
    folder: PathBuf,
}

fn broken(e: std::io::Error) -> Error {
    Error::Internal(format!("file store: {e}"))
}

impl Spool {
    async fn begin(app: &App) -> desk::Result<Self> {
        let folder = app.config.files.clone();
        tokio::fs::create_dir_all(&folder).await.map_err(broken)?;
        let path = folder.join(format!("{INCOMING}{}", app.desk.new_secret()));
        let file = tokio::fs::File::create(&path).await.map_err(broken)?;
        Ok(Self { file, path, folder })
    }

    async fn write(&mut self, bytes: &[u8]) -> desk::Result<()> {
        self.file.write_all(bytes).await.map_err(broken)
    }

    async fn discard(self) {
        // The upload was refused; a leftover would only waste space.
        let _ = tokio::fs::remove_file(&self.path).await;
    }

    async fn keep(mut self, sha256: &str) -> desk::Result<()> {
        self.file.flush().await.map_err(broken)?;
        self.file.sync_all().await.map_err(broken)?;
        let to = place(&self.folder, sha256);
        if let Some(parent) = to.parent() {
            tokio::fs::create_dir_all(parent).await.map_err(broken)?;
        }
        tokio::fs::rename(&self.path, &to).await.map_err(broken)
    }
}

/// A file's media type, decided by its content and, for plain text, by its name as well.
pub fn media_type(name: &str, bytes: &[u8]) -> &'static str {
    let mut text = Text::default();
    text.take(bytes);
    match sniff(bytes) {
        BYTES if named_text(name) && text.is_text() => TEXT,
        known => known,
    }
}

/// Keeps bytes that did not come by a form: in the file store of a folder, durable, under the hash of their content.
///
/// # Errors
/// The folder's.
pub async fn keep_bytes(folder: &std::path::Path, token: &str, bytes: &[u8]) -> std::io::Result<String> {
    let sha256: String = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
    let to = place(folder, &sha256);
    if tokio::fs::metadata(&to).await.is_ok_and(|m| m.len() == bytes.len() as u64) {
        return Ok(sha256);
    }
    if let Some(parent) = to.parent() {
        tokio::fs::create_dir_all(parent).await?;
    }
    let path = folder.join(format!("{INCOMING}{token}"));
    let mut file = tokio::fs::File::create(&path).await?;
    file.write_all(bytes).await?;
    file.sync_all().await?;
    tokio::fs::rename(&path, &to).await?;
    Ok(sha256)
}

/// The bytes of a file in the file store of a folder.
///
/// # Errors
/// The folder's: it is not there.
pub async fn kept_bytes(folder: &std::path::Path, sha256: &str) -> std::io::Result<Vec<u8>> {
    tokio::fs::read(place(folder, sha256)).await
}

/// The last part of a path, as files are named that somebody sent.
pub fn plain_name(name: &str) -> String {
    safe_name(name)
}

/// Removes uploads that began before an instant and were never finished; returns how many.
///
/// # Errors
/// The folder's.
pub async fn clear_uploads(folder: &std::path::Path, began: std::time::SystemTime) -> std::io::Result<usize> {
    let mut removed = 0;
    if !tokio::fs::try_exists(folder).await? {
        return Ok(removed);
    }
    let mut entries = tokio::fs::read_dir(folder).await?;
    while let Some(entry) = entries.next_entry().await? {
        let incoming = entry.file_name().to_string_lossy().starts_with(INCOMING);
        if incoming && entry.metadata().await?.modified()? < began {
            tokio::fs::remove_file(entry.path()).await?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// Where a content lies: `ab/abcdef…`.
fn place(folder: &std::path::Path, sha256: &str) -> PathBuf {
    folder.join(sha256.get(..2).unwrap_or("xx")).join(sha256)
}

async fn download(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    serve(&app, visitor.actor(), id).await.map_err(|e| visitor.fail(e))
}

/// A file's bytes, if the reader may see its message. An upload that belongs to no message is its uploader's.
pub(crate) async fn serve(app: &App, who: &Actor, id: String) -> desk::Result<Response> {
    let reader = who.clone();
    let row = app
        .desk
        .read(move |r| {
            let row = store::file::one(r, &FileId(id))?.ok_or(Error::NotFound)?;
            let visible = match &row.ticket {
                None => row.by == reader.reference(),
                Some(ticket) => {
                    let ticket = store::ticket::by_id(r, &reader.scope(), ticket)?;
                    ticket.is_some() && (reader.staff().is_some() || row.visibility == Visibility::Public)
                }
            };
            if visible { Ok(row) } else { Err(Error::NotFound) }
        })
        .await?;
    let file = tokio::fs::File::open(place(&app.config.files, &row.sha256)).await.map_err(broken)?;
    let body = axum::body::Body::from_stream(stream(file));
    let inline = is_picture(&row.media_type);
    let named = inline || row.media_type == TEXT;
    let kind = if named { row.media_type.clone() } else { BYTES.to_owned() };
    let shown = if inline { "inline" } else { "attachment" };
    let disposition =
        format!("{shown}; filename*=UTF-8''{}", crate::error::encode(&row.name).replace('/', "%2F"));
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CONTENT_LENGTH, row.size.to_string()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
        (header::CACHE_CONTROL, "private, max-age=3600".to_owned()),
    ];
    Ok((headers, body).into_response())
}

/// A file as a stream of chunks.
fn stream(file: tokio::fs::File) -> impl tokio_stream::Stream<Item = std::io::Result<Vec<u8>>> {
    use tokio::io::AsyncReadExt;
    let (sender, receiver) = tokio::sync::mpsc::channel(4);
    tokio::spawn(async move {
        let mut file = file;
        loop {
            let mut chunk = vec![0; 64 * 1024];
            let read = file.read(&mut chunk).await.map(|n| {
                chunk.truncate(n);
                chunk
            });
            let end = read.as_ref().map_or(true, Vec::is_empty);
            if read.as_ref().is_ok_and(Vec::is_empty) || sender.send(read).await.is_err() || end {
                return;
            }
        }
    });
    tokio_stream::wrappers::ReceiverStream::new(receiver)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_known_in_pieces() {
        let of = |pieces: &[&[u8]]| {
            let mut text = Text::default();
            for piece in pieces {
                text.take(piece);
            }
            text.is_text()
        };
        let word = "错误".as_bytes();
        assert!(of(&[]) && of(&[b"a", word]) && of(&[&word[..4], &word[4..]]));
        assert!(!of(&[&word[..4]]) && !of(&[b"a\0b"]) && !of(&[b"\xff\xfe"]) && !of(&[&word[1..]]));
        assert!(named_text("报错.LOG") && named_text("a.csv") && !named_text("txt") && !named_text("a.html"));
    }
}
