// SQL told apart into comments, texts and keywords, for the eye alone: keywords are what is written in capitals.

export interface Inked {
  text: string;
  ink: 'plain' | 'comment' | 'text' | 'keyword';
}

const marks = /(--[^\n]*)|('(?:[^']|'')*')|(\b[A-Z][A-Z]+\b)/g;

export function inked(sql: string): Inked[] {
  const pieces: Inked[] = [];
  let from = 0;
  for (const match of sql.matchAll(marks)) {
    if (match.index > from) pieces.push({ text: sql.slice(from, match.index), ink: 'plain' });
    pieces.push({ text: match[0], ink: match[1] ? 'comment' : match[2] ? 'text' : 'keyword' });
    from = match.index + match[0].length;
  }
  if (from < sql.length) pieces.push({ text: sql.slice(from), ink: 'plain' });
  return pieces;
}
