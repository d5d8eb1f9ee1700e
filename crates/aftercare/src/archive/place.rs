//! A zip or a folder, to write an archive to or to read it from.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::trouble::Trouble;

/// Where an archive is written: one entry after the other. It takes its name when it is whole.
pub(super) enum Sink {
    Zip { zip: Box<ZipWriter<BufWriter<File>>>, part: PathBuf, whole: PathBuf },
    Folder { folder: PathBuf, entry: Option<BufWriter<File>> },
}

impl Sink {
    pub(super) fn create(to: &Path) -> anyhow::Result<Self> {
        if to.extension().is_some_and(|e| e.eq_ignore_ascii_case("zip")) {
            let part = to.with_extension("zip.part");
            let file = File::create(&part).with_context(|| format!("cannot write {}", part.display()))?;
            let zip = Box::new(ZipWriter::new(BufWriter::new(file)));
            return Ok(Self::Zip { zip, part, whole: to.to_owned() });
        }
        std::fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
        if std::fs::read_dir(to)?.next().is_some() {
            bail!("{} is not empty: name a new folder or a .zip", to.display());
        }
        Ok(Self::Folder { folder: to.to_owned(), entry: None })
    }

    /// The file that lies beside the archive until that is whole.
    pub(super) fn part(&self) -> Option<PathBuf> {
        match self {
            Self::Zip { part, .. } => Some(part.clone()),
            Self::Folder { .. } => None,
        }
    }

    /// The next entry; what is written from now on is its content.
    pub(super) fn begin(&mut self, name: &str) -> anyhow::Result<()> {
        match self {
            Self::Zip { zip, .. } => Ok(zip.start_file(name, SimpleFileOptions::default().large_file(true))?),
            Self::Folder { folder, entry } => {
                if let Some(mut done) = entry.take() {
                    done.flush()?;
                }
                let path = folder.join(name);
                if let Some(parent) = path.parent() {
                    std::fs::create_dir_all(parent)?;
                }
                *entry = Some(BufWriter::new(File::create(path)?));
                Ok(())
            }
        }
    }

    /// All is written and on disk.
    pub(super) fn finish(self) -> anyhow::Result<()> {
        match self {
            Self::Zip { zip, part, whole } => {
                let file = zip.finish()?.into_inner().map_err(std::io::IntoInnerError::into_error)?;
                file.sync_all()?;
                Ok(std::fs::rename(part, whole)?)
            }
            Self::Folder { entry, .. } => {
                if let Some(mut done) = entry {
                    done.flush()?;
                }
                Ok(())
            }
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Zip { zip, .. } => zip.write(bytes),
            Self::Folder { entry: Some(file), .. } => file.write(bytes),
            Self::Folder { entry: None, .. } => Err(std::io::Error::other("no entry has begun")),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Zip { zip, .. } => zip.flush(),
            Self::Folder { entry, .. } => entry.as_mut().map_or(Ok(()), Write::flush),
        }
    }
}

/// Where an archive is read.
pub(super) enum Source {
    Zip(Box<ZipArchive<BufReader<File>>>),
    Folder(PathBuf),
}

impl Source {
    pub(super) fn open(from: &Path) -> anyhow::Result<Self> {
        if from.is_dir() {
            return Ok(Self::Folder(from.to_owned()));
        }
        let file = File::open(from).with_context(|| format!("cannot read {}", from.display()))?;
        let none = || Trouble::new("archive-no-zip", &[("name", &from.display().to_string())]);
        Ok(Self::Zip(Box::new(ZipArchive::new(BufReader::new(file)).map_err(|_| none())?)))
    }

    /// An entry of the archive; none if it has no such entry.
    pub(super) fn entry(&mut self, name: &str) -> anyhow::Result<Option<Box<dyn Read + '_>>> {
        match self {
            Self::Zip(zip) => match zip.by_name(name) {
                Ok(entry) => Ok(Some(Box::new(entry))),
                Err(zip::result::ZipError::FileNotFound) => Ok(None),
                Err(e) => Err(e.into()),
            },
            Self::Folder(folder) => match File::open(folder.join(name)) {
                Ok(file) => Ok(Some(Box::new(file))),
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(e) => Err(e.into()),
            },
        }
    }

    /// The lines of an entry, one after the other.
    pub(super) fn lines(
        &mut self,
        name: &str,
        mut each: impl FnMut(&str) -> anyhow::Result<()>,
    ) -> anyhow::Result<u64> {
        let Some(entry) = self.entry(name)? else { return Ok(0) };
        let (mut reader, mut line, mut n) = (BufReader::new(entry), String::new(), 0);
        while reader.read_line(&mut line).map_err(|e| Trouble::in_line(name, n + 1, e.into()))? > 0 {
            n += 1;
            each(line.trim_end()).map_err(|e| Trouble::in_line(name, n, e))?;
            line.clear();
        }
        Ok(n)
    }
}
