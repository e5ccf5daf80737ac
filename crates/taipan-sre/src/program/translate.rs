//! From validated code to instructions: one pass over the words, then one over the targets.
//!
//! Invariant: a word is translated once; nested code needs no native stack, because bodies follow their operator.

use super::first::first_characters;
use super::{Alternative, Head, Inst, NOWHERE, One, Pc, Program};
use crate::charset::{Fold, Set};
use crate::classes::Classes;
use crate::opcode::{at, info, op};

/// Translates code that passed the validator. `None` for code that only a hand can have written.
pub(super) fn translate<C: Classes>(code: &[u32], groups: usize, classes: &C) -> Option<Program> {
    if code.len() >= NOWHERE as usize {
        return None;
    }
    let mut t = Translator {
        code,
        classes,
        at: 0,
        insts: Vec::new(),
        pcs: vec![NOWHERE; code.len()],
        link_words: vec![false; code.len()],
        sets: Vec::new(),
        alternatives: Vec::new(),
        mark_slots: 0,
    };
    while t.at < code.len() {
        if t.link_words[t.at] {
            t.at += 1;
            continue;
        }
        t.pcs[t.at] = t.insts.len() as Pc;
        t.step()?;
    }
    let pcs = std::mem::take(&mut t.pcs);
    let resolve = |target: &mut Pc| -> Option<()> {
        *target = *pcs.get(*target as usize).filter(|&&pc| pc != NOWHERE)?;
        Some(())
    };
    for inst in &mut t.insts {
        if let Some(target) = target_of(inst) {
            resolve(target)?;
        }
    }
    for alternative in t.alternatives.iter_mut().filter(|alternative| alternative.body != NOWHERE) {
        resolve(&mut alternative.body)?;
        alternative.first = match t.insts.get(alternative.body as usize)? {
            Inst::One(one) => Some(*one),
            _ => None,
        };
    }
    let mut program = Program {
        insts: t.insts.into(),
        sets: t.sets.into(),
        alternatives: t.alternatives.into(),
        min_width: 0,
        head: Head::Nothing,
        mark_slots: t.mark_slots,
        groups,
    };
    find_head(&mut program, code, classes);
    Some(program)
}

fn target_of(inst: &mut Inst) -> Option<&mut Pc> {
    match inst {
        Inst::Jump(target)
        | Inst::RepeatOne { tail: target, .. }
        | Inst::MinRepeatOne { tail: target, .. }
        | Inst::PossessiveRepeatOne { tail: target, .. }
        | Inst::Repeat { until: target, .. }
        | Inst::PossessiveRepeat { tail: target, .. }
        | Inst::AtomicGroup { tail: target }
        | Inst::Assert { tail: target, .. }
        | Inst::AssertNot { tail: target, .. }
        | Inst::GroupRefExists { otherwise: target, .. } => Some(target),
        _ => None,
    }
}

struct Translator<'c, C> {
    code: &'c [u32],
    classes: &'c C,
    at: usize,
    insts: Vec<Inst>,
    /// For each word that begins an operator, its instruction.
    pcs: Vec<Pc>,
    /// Words that link the alternatives of a branch and are no operators.
    link_words: Vec<bool>,
    sets: Vec<Set>,
    alternatives: Vec<Alternative>,
    mark_slots: usize,
}

impl<C: Classes> Translator<'_, C> {
    fn word(&mut self) -> Option<u32> {
        let word = *self.code.get(self.at)?;
        self.at += 1;
        Some(word)
    }

    fn target(&mut self) -> Option<Pc> {
        let from = self.at;
        let skip = self.word()? as usize;
        Pc::try_from(from.checked_add(skip)?).ok()
    }

    fn uses_marks(&mut self, slots: u32) {
        self.mark_slots = self.mark_slots.max(slots as usize);
    }

    fn step(&mut self) -> Option<()> {
        if let Some(one) = self.one()? {
            self.insts.push(Inst::One(one));
            return Some(());
        }
        let operator = self.word()?;
        let inst = match operator {
            op::SUCCESS => Inst::Success,
            op::MARK => {
                let mark = self.word()?;
                self.uses_marks(mark + 1);
                Inst::Mark(mark)
            }
            op::AT => Inst::At(self.word()?),
            op::JUMP => Inst::Jump(self.target()?),
            op::INFO => {
                let target = self.target()?;
                self.at = target as usize;
                Inst::Jump(target)
            }
            op::BRANCH => self.branch()?,
            op::REPEAT_ONE | op::MIN_REPEAT_ONE | op::POSSESSIVE_REPEAT_ONE => self.repeat_one(operator)?,
            op::REPEAT => {
                let (until, min, max) = (self.target()?, self.word()?, self.word()?);
                Inst::Repeat { min, max, until }
            }
            op::MAX_UNTIL => Inst::MaxUntil,
            op::MIN_UNTIL => Inst::MinUntil,
            op::POSSESSIVE_REPEAT => {
                // The skip leads to the closing SUCCESS, the tail is behind it.
                let (tail, min, max) = (self.target()? + 1, self.word()?, self.word()?);
                Inst::PossessiveRepeat { min, max, tail }
            }
            op::ATOMIC_GROUP => Inst::AtomicGroup { tail: self.target()? },
            op::ASSERT => {
                let (tail, back) = (self.target()?, self.word()?);
                Inst::Assert { back, tail }
            }
            op::ASSERT_NOT => {
                let (tail, back) = (self.target()?, self.word()?);
                Inst::AssertNot { back, tail }
            }
            op::GROUPREF => self.group_ref(Fold::None)?,
            op::GROUPREF_IGNORE => self.group_ref(Fold::Ascii)?,
            op::GROUPREF_UNI_IGNORE => self.group_ref(Fold::Unicode)?,
            op::GROUPREF_LOC_IGNORE => self.group_ref(Fold::Locale)?,
            op::GROUPREF_EXISTS => {
                let group = self.word()?;
                self.uses_marks(group.checked_mul(2)?.checked_add(2)?);
                // This skip counts from the group number.
                let otherwise = self.target()?.checked_sub(1)?;
                Inst::GroupRefExists { group, otherwise }
            }
            _ => return None,
        };
        self.insts.push(inst);
        Some(())
    }

    fn group_ref(&mut self, fold: Fold) -> Option<Inst> {
        let group = self.word()?;
        self.uses_marks(group.checked_mul(2)?.checked_add(2)?);
        Some(Inst::GroupRef { group, fold })
    }

    /// Reads an operator that tests one character, if there is one.
    fn one(&mut self) -> Option<Option<One>> {
        let start = self.at;
        let one = match self.word()? {
            op::ANY => One::Any,
            op::ANY_ALL => One::AnyAll,
            op::FAILURE => One::Never,
            op::LITERAL => One::Literal(self.word()?),
            op::NOT_LITERAL => One::NotLiteral(self.word()?),
            op::LITERAL_IGNORE => One::LiteralAscii(self.word()?),
            op::NOT_LITERAL_IGNORE => One::NotLiteralAscii(self.word()?),
            op::LITERAL_UNI_IGNORE => One::LiteralUnicode(self.word()?),
            op::NOT_LITERAL_UNI_IGNORE => One::NotLiteralUnicode(self.word()?),
            op::LITERAL_LOC_IGNORE => One::LiteralLocale(self.word()?),
            op::NOT_LITERAL_LOC_IGNORE => One::NotLiteralLocale(self.word()?),
            op::IN => self.set(Fold::None)?,
            op::IN_IGNORE => self.set(Fold::Ascii)?,
            op::IN_UNI_IGNORE => self.set(Fold::Unicode)?,
            op::IN_LOC_IGNORE => self.set(Fold::Locale)?,
            _ => {
                self.at = start;
                return Some(None);
            }
        };
        Some(Some(one))
    }

    fn set(&mut self, fold: Fold) -> Option<One> {
        let target = self.target()? as usize;
        let set = Set::new(self.code.get(self.at..target)?, fold, self.classes);
        self.at = target;
        self.sets.push(set);
        Some(One::Set(self.sets.len() as u32 - 1))
    }

    fn repeat_one(&mut self, operator: u32) -> Option<Inst> {
        let (tail, min, max) = (self.target()?, self.word()?, self.word()?);
        let one = self.one()??;
        if self.word()? != op::SUCCESS || self.at != tail as usize {
            return None;
        }
        Some(match operator {
            op::REPEAT_ONE => Inst::RepeatOne { one, min, max, tail },
            op::MIN_REPEAT_ONE => Inst::MinRepeatOne { one, min, max, tail },
            _ => Inst::PossessiveRepeatOne { one, min, max, tail },
        })
    }

    /// Records the alternatives; their bodies and jumps follow as ordinary code.
    fn branch(&mut self) -> Option<Inst> {
        let first = self.alternatives.len() as u32;
        let mut link = self.at;
        loop {
            *self.link_words.get_mut(link)? = true;
            let skip = *self.code.get(link)? as usize;
            if skip == 0 {
                break;
            }
            self.alternatives.push(Alternative { body: link as Pc + 1, first: None });
            link = link.checked_add(skip)?;
        }
        self.alternatives.push(Alternative { body: NOWHERE, first: Some(One::Never) });
        Some(Inst::Branch(first))
    }
}

/// Reads the leading `INFO` block, as far as it agrees with the code behind it.
fn find_head<C: Classes>(program: &mut Program, code: &[u32], classes: &C) {
    if let [op::INFO, skip, flags, min, _, more @ ..] = code {
        program.min_width = *min as usize;
        if flags & info::PREFIX != 0
            && let Some(head) = prefix(program, more, flags & info::LITERAL != 0)
        {
            program.head = head;
            return;
        }
        if flags & info::CHARSET != 0
            && let Some(items) = code.get(5..*skip as usize + 1)
        {
            program.head = Head::Set(Set::new(items, Fold::None, classes));
            return;
        }
    }
    let start = usize::from(matches!(program.insts.first(), Some(Inst::Jump(_))));
    if let Some(Inst::At(at::BEGINNING | at::BEGINNING_STRING)) = program.insts.get(start) {
        program.head = Head::Beginning;
    } else if let Some(latin) = first_characters(program, classes) {
        program.head = Head::Latin(Box::new(latin));
    }
}

fn prefix(program: &Program, more: &[u32], whole: bool) -> Option<Head> {
    let (&[length, skip], more) = more.split_first_chunk()?;
    let (length, skip) = (length as usize, skip as usize);
    let text = more.get(..length)?;
    // Instruction 0 is the jump over the block. Skipped characters must be exactly the leading literals.
    let literals = program.insts.get(1..skip.checked_add(1)?)?;
    let skipped = text.get(..skip)?;
    let agree = literals
        .iter()
        .zip(skipped)
        .all(|(inst, &ch)| matches!(inst, Inst::One(One::Literal(literal)) if *literal == ch));
    let at_end = matches!(program.insts.get(skip + 1), Some(Inst::Success));
    if length == 0 || !agree || (whole && !(skip == length && at_end)) {
        return None;
    }
    Some(Head::Prefix { text: text.into(), skip, resume: skip as Pc + 1, whole })
}
