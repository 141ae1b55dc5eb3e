import { expect, it } from 'vitest';
import { actionWords, domainsOf, domainWords, placeWords } from './places';

it('names places by what they are called, and by their id until that is known', () => {
  const known = [{ place: 'tenant:acme', name: 'Acme Ltd' }];
  expect(placeWords('tenant:acme', known)).toBe('Acme Ltd (company)');
  expect(placeWords('partner:north', known)).toBe('north (partner)');
  expect(placeWords('installation', known)).toBe('all companies');
});

it('takes domains with blanks or commas between, and none as all', () => {
  expect(domainsOf(' commerce, service  ')).toEqual(['commerce', 'service']);
  expect(domainsOf('  ')).toBeNull();
  expect([domainWords(null), domainWords(['a', 'b'])]).toEqual(['all', 'a, b']);
});

it('says actions in words', () => expect(actionWords('sign_in_refused')).toBe('Sign in refused'));
