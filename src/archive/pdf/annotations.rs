//! Annotations: what is drawn over a page.

use hayro_syntax::object::{Array, Dict, MaybeRef, Name, Object, Rect, Stream};
use hayro_syntax::page::Page as PdfPage;

use super::content::{Reader, Resources};
use super::limits::Stop;
use super::state::{IDENTITY, State};

impl Reader {
    /// Draws what annotations look like: the values of form fields, stamps, typed notes.
    pub(super) fn annotations(&mut self, page: &PdfPage<'_>, state: &State) -> Result<(), Stop> {
        let Some(annotations) = page.raw().get::<Array<'_>>("Annots") else { return Ok(()) };
        let none = Resources::new(&Dict::default());
        for annotation in annotations.raw_iter() {
            self.budget.operator()?;
            let annotation = match annotation {
                MaybeRef::Ref(id) => page.xref().get::<Dict<'_>>(id.into()),
                MaybeRef::NotRef(object) => object.into_dict(),
            };
            let Some(annotation) = annotation else { continue };
            const HIDDEN: i32 = 2;
            const NO_VIEW: i32 = 32;
            if annotation.get::<i32>("F").unwrap_or(0) & (HIDDEN | NO_VIEW) != 0
                || matches!(annotation.get::<Name<'_>>("Subtype").as_deref(), Some(b"Popup" | b"Link"))
            {
                continue;
            }
            let normal = annotation.get::<Dict<'_>>("AP").and_then(|looks| looks.get::<Object<'_>>("N"));
            let stream = match normal {
                Some(Object::Stream(stream)) => stream,
                Some(Object::Dict(states)) => {
                    let Some(stream) =
                        annotation.get::<Name<'_>>("AS").and_then(|name| states.get::<Stream<'_>>(&*name))
                    else {
                        continue;
                    };
                    stream
                }
                _ => continue,
            };
            let (Some(rect), Some(bbox)) = (annotation.get::<Rect>("Rect"), stream.dict().get::<Rect>("BBox")) else {
                continue;
            };
            // The box of the form, turned by its matrix, is fitted into the rectangle.
            let m = stream.dict().get::<[f32; 6]>("Matrix").map_or(IDENTITY, |m| m.map(f64::from));
            let corners = [(bbox.x0, bbox.y0), (bbox.x1, bbox.y0), (bbox.x0, bbox.y1), (bbox.x1, bbox.y1)]
                .map(|(x, y)| (x * m[0] + y * m[2] + m[4], x * m[1] + y * m[3] + m[5]));
            let (mut low, mut high) = ((f64::MAX, f64::MAX), (f64::MIN, f64::MIN));
            for (x, y) in corners {
                low = (low.0.min(x), low.1.min(y));
                high = (high.0.max(x), high.1.max(y));
            }
            let scale = |size: f64, of: f64| if of > 0.0 { size / of } else { 1.0 };
            let (sx, sy) = (scale(rect.width(), high.0 - low.0), scale(rect.height(), high.1 - low.1));
            let fit = [sx, 0.0, 0.0, sy, rect.x0 - low.0 * sx, rect.y0 - low.1 * sy];
            self.form(&stream, &state.moved(&fit), &none)?;
        }
        Ok(())
    }
}
