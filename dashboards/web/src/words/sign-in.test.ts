import { expect, it } from 'vitest';
import { outcomeWords } from './sign-in';

it('has words for each outcome, and for those to come', () => {
  expect(outcomeWords(null)).toBeNull();
  expect(outcomeWords('cancelled')).toMatch(/broke/);
  expect(outcomeWords('constructor-like')).toMatch(/did not come about/);
});
