//! The file of a letter is given where it lies in a folder that was indexed, and nothing else is.

use std::fs;

use super::Server;
use crate::container_build;
use crate::pdf_build;
use crate::support::Folder;

/// Whether the page of a letter offers its file, which is so just where it is given.
#[track_caller]
fn is_offered(server: &Server, case: &str) -> bool {
    let page = server.get(&format!("/letter/{case}")).with(200).text();
    let is_offered = page.contains(&format!("href=\"/api/letters/{case}/original"));
    assert!(is_offered || page.contains("<span>File: "), "{page}");
    let status = server.get(&format!("/api/letters/{case}/original")).status;
    assert_eq!(is_offered, status == 200, "{case}: {status}");
    is_offered
}

/// A letter as a PDF file.
fn pdf(text: &str) -> Vec<u8> {
    let lines = text.lines().map(|line| format!("({}) Tj T*\n", line.replace(['(', ')', '\\'], " ")));
    pdf_build::helvetica(&format!("BT /F1 9 Tf 11 TL 30 780 Td\n{}ET", lines.collect::<String>()))
}

#[test]
fn the_file_of_a_letter_is_given() {
    let folder = Folder::new();
    let letters = folder.invent("letters", 1..=3);
    let (text, packed, other) = (&letters[0], &letters[1], &letters[2]);
    let at = |letter: &crate::invented::Letter| format!("letters/{}", letter.path("txt"));
    let read = |path: &str| fs::read_to_string(folder.path().join(path)).unwrap();
    let (packed_text, other_text) = (read(&at(packed)), read(&at(other)));
    for letter in [packed, other] {
        fs::remove_file(folder.path().join(at(letter))).unwrap();
    }
    folder.write("letters/year.zip", container_build::zip(&[("a.txt", packed_text.as_bytes())]));
    let paper = pdf(&other_text);
    folder.write("letters/paper.pdf", &paper);
    folder.imr(&["index", "letters"]).succeeds();
    let server = Server::start(&folder, &[]);
    let original = |case: &str| server.get(&format!("/api/letters/{case}/original"));
    let reply = original(&text.case_number).with(200);
    assert_eq!(reply.text(), read(&at(text)).replace('\u{c}', "\n"));
    assert_eq!(reply.header("content-type"), "text/plain; charset=utf-8");
    assert!(reply.header("content-security-policy").contains("sandbox"));
    assert_eq!(original(&packed.case_number).with(200).text(), packed_text.replace('\u{c}', "\n"));
    let reply = original(&other.case_number).with(200);
    assert!(reply.body == paper && reply.header("content-type") == "application/pdf");
    assert!(reply.header("content-security-policy").contains("frame-ancestors 'self'"));
    assert_eq!(reply.header("content-disposition"), format!("inline; filename=\"{}.pdf\"", other.case_number));
    for letter in &letters {
        assert!(is_offered(&server, &letter.case_number));
    }
    let tag = reply.header("etag").to_owned();
    let again = server.ask("GET", &format!("/api/letters/{}/original", other.case_number), &[("If-None-Match", &tag)]);
    assert!(again.status == 304 && again.body.is_empty());
    // A file that is another now is not the letter's any more, and one that is gone is none.
    folder.write("letters/paper.pdf", pdf("Something else"));
    assert_eq!(original(&other.case_number).with(404).problem()["code"], "not_found");
    fs::remove_file(folder.path().join(at(text))).unwrap();
    fs::remove_file(folder.path().join("letters/year.zip")).unwrap();
    for letter in &letters {
        assert!(!is_offered(&server, &letter.case_number));
    }
    let problem = original(&text.case_number).with(404).problem();
    // Where the server keeps its files is nobody's business.
    assert!(!problem.to_string().contains(&*folder.path().to_string_lossy()), "{problem}");
}

#[test]
fn a_file_that_was_named_itself_is_given() {
    let folder = Folder::new();
    let letters = folder.invent("letters", 1..=2);
    let path = format!("letters/{}", letters[0].path("txt"));
    let text = fs::read_to_string(folder.path().join(&path)).unwrap();
    folder.write(
        "year.zip",
        container_build::zip(&[(
            "a.txt",
            &fs::read(folder.path().join(format!("letters/{}", letters[1].path("txt")))).unwrap(),
        )]),
    );
    folder.imr(&["index", &path, "year.zip"]).succeeds();
    let server = Server::start(&folder, &[]);
    let original = |number: usize| server.get(&format!("/api/letters/{}/original", letters[number].case_number));
    assert_eq!(original(0).with(200).text(), text.replace('\u{c}', "\n"));
    original(1).with(200);
    assert!(letters.iter().all(|letter| is_offered(&server, &letter.case_number)));
}

#[cfg(unix)]
#[test]
fn what_is_not_given_is_not_offered() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    let (folder, elsewhere) = (Folder::new(), Folder::new());
    let letters = folder.invent("letters", 1..=6);
    let path = |number: usize| folder.path().join("letters").join(letters[number].path("txt"));
    let text = |number: usize| fs::read(path(number)).unwrap();
    // One behind a link out of the folder, one whose name is no UTF-8, one that is a record of an export, one in a container
    // behind a link, and one in a container within one.
    fs::rename(path(0), elsewhere.path().join("a.txt")).unwrap();
    symlink(elsewhere.path().join("a.txt"), path(0)).unwrap();
    let odd = path(1).with_file_name(OsStr::from_bytes(b"\xff\xfe.txt"));
    fs::rename(path(1), odd).unwrap();
    folder.write("export.jsonl", folder.imr(&["parse", path(2).to_str().unwrap()]).succeeds().out);
    let inner = container_build::zip(&[("b.txt", &text(4)[..])]);
    elsewhere.write("year.zip", container_build::zip(&[("a.txt", &text(3)[..])]));
    folder.write("letters/outer.zip", container_build::zip(&[("inner.zip", &inner[..])]));
    (2..5).for_each(|number| fs::remove_file(path(number)).unwrap());
    symlink(elsewhere.path().join("year.zip"), folder.path().join("letters/year.zip")).unwrap();
    folder.imr(&["index", "letters", "export.jsonl", "--follow"]).succeeds();
    let server = Server::start(&folder, &[]);
    let offered: Vec<bool> = letters.iter().map(|letter| is_offered(&server, &letter.case_number)).collect();
    assert_eq!(offered, [false, false, false, false, true, true]);
}

#[cfg(unix)]
#[test]
fn no_link_leads_out_of_the_folder_that_was_indexed() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new();
    let letters = folder.invent("letters", 1..=2);
    folder.imr(&["index", "letters"]).succeeds();
    let server = Server::start(&folder, &[]);
    let original = |number: usize| server.get(&format!("/api/letters/{}/original", letters[number].case_number));
    let path = |number: usize| folder.path().join("letters").join(letters[number].path("txt"));
    original(0).with(200);
    // The same content behind a link within the folder is given, behind one out of it not, nor behind a folder that is one.
    let within = folder.path().join("letters/moved.txt");
    fs::rename(path(0), &within).unwrap();
    let up = std::path::Path::new(&letters[0].path("txt")).components().count() - 1;
    symlink(format!("{}moved.txt", "../".repeat(up)), path(0)).unwrap();
    original(0).with(200);
    let outside = folder.path().join("outside.txt");
    fs::rename(&within, &outside).unwrap();
    fs::remove_file(path(0)).unwrap();
    symlink(&outside, path(0)).unwrap();
    assert_eq!(original(0).with(404).problem()["code"], "not_found");
    original(1).with(200);
    let above = path(1).parent().unwrap().to_path_buf();
    fs::rename(&above, folder.path().join("elsewhere")).unwrap();
    symlink(folder.path().join("elsewhere"), &above).unwrap();
    original(1).with(404);
}
