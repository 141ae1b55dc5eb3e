import { describe, expect, it } from 'vitest';
import { inked } from './sql';

describe('SQL for the eye', () => {
  it('loses nothing', () => {
    const sql = "-- about = 'x'\nSELECT a AS at, 'it''s' AS b\nFROM t";
    expect(inked(sql).map((piece) => piece.text).join('')).toBe(sql);
  });

  it('tells the kinds apart', () => {
    expect(inked("SELECT 'A' -- B").map((piece) => piece.ink)).toEqual(['keyword', 'plain', 'text', 'plain', 'comment']);
  });
});
