//! Files that people of the world send along: logs as text, screens as small pictures drawn here.

use std::path::Path;

use desk::Desk;
use domain::access::Actor;
use domain::id::FileId;
use domain::ticket::decide::Visibility;
use sha2::{Digest, Sha256};
use store::file::FileRow;

const WIDTH: u32 = 320;
const HEIGHT: u32 = 180;

/// Keeps a file as an upload does: its content under its hash, its row in the database. A name that ends in `.png`
/// gets a picture.
pub(super) async fn keep(
    desk: &Desk,
    folder: &Path,
    who: &Actor,
    name: &str,
    content: &str,
) -> anyhow::Result<FileId> {
    let picture = Path::new(name).extension().is_some_and(|e| e == "png");
    let (bytes, media) = if picture {
        (screen(), "image/png")
    } else {
        (content.as_bytes().to_vec(), "application/octet-stream")
    };
    let sha256: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
    let shelf = folder.join(sha256.get(..2).unwrap_or_default());
    std::fs::create_dir_all(&shelf)?;
    std::fs::write(shelf.join(&sha256), &bytes)?;
    let (name, by, size) = (name.to_owned(), who.reference(), i64::try_from(bytes.len())?);
    let id = desk.write(who, move |unit| {
        let row = FileRow {
            id: FileId(unit.work.next_id()),
            ticket: None,
            message: None,
            visibility: Visibility::Internal,
            name: name.clone(),
            media_type: media.to_owned(),
            size,
            sha256: sha256.clone(),
            by: by.clone(),
        };
        store::file::insert(unit.work, &row)?;
        Ok(row.id)
    });
    Ok(id.await?)
}

/// A window with a title bar, a list and bars of a plan, one of them a milestone.
fn screen() -> Vec<u8> {
    let mut pixels = Vec::new();
    for y in 0..HEIGHT {
        // Each line begins with its filter: none.
        pixels.push(0);
        for x in 0..WIDTH {
            pixels.push(shade(x, y));
        }
    }
    let mut out = vec![0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a];
    let mut head = [WIDTH.to_be_bytes(), HEIGHT.to_be_bytes()].concat();
    // Eight bits of grey, not interlaced.
    head.extend([8, 0, 0, 0, 0]);
    chunk(&mut out, *b"IHDR", &head);
    chunk(&mut out, *b"IDAT", &stored(&pixels));
    chunk(&mut out, *b"IEND", &[]);
    out
}

fn shade(x: u32, y: u32) -> u8 {
    let row = y.saturating_sub(30) / 18;
    let in_bar = y > 30 && (y - 30) % 18 > 5 && x > 110 + row * 18 && x < 160 + row * 22;
    let (dx, dy) = (x.abs_diff(292), y.abs_diff(165));
    match (x, y) {
        (_, 0..18) => 70,
        _ if dx + dy < 8 => 20,
        _ if in_bar => 140,
        (12..80, _) if y > 30 && (y - 30) % 18 > 10 => 190,
        (96, _) => 215,
        _ => 248,
    }
}

/// Zlib without compression (RFC 1950, 1951).
fn stored(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let mut blocks = data.chunks(usize::from(u16::MAX)).peekable();
    while let Some(block) = blocks.next() {
        let size = u16::try_from(block.len()).unwrap_or(u16::MAX);
        out.push(u8::from(blocks.peek().is_none()));
        out.extend(size.to_le_bytes());
        out.extend((!size).to_le_bytes());
        out.extend(block);
    }
    let (a, b) = data.iter().fold((1u32, 0u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    out.extend((b << 16 | a).to_be_bytes());
    out
}

fn chunk(out: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    out.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
    let body = [kind.as_slice(), data].concat();
    let crc = body.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { c >> 1 ^ 0xedb8_8320 } else { c >> 1 })
    });
    out.extend(&body);
    out.extend((!crc).to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_screen_is_a_whole_picture() {
        let png = screen();
        assert!(png.starts_with(&[0x89, b'P', b'N', b'G']));
        assert!(
            png.ends_with(&[b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82]),
            "the checksum that all files end with"
        );
    }
}
