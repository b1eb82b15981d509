import { composerContract } from '../contracts/composer-contract.js';
import { nullTokenComposer } from './null-token-composer.js';

composerContract('TokenComposer over null plugins', () => nullTokenComposer({}), {
  constraints: ['pitchRange', 'durationRange', 'maximumRestBeats'],
});
composerContract('TokenComposer with a small context', () => nullTokenComposer({ contextTokens: 96 }), {
  constraints: ['pitchRange'],
});
composerContract('TokenComposer in its own key', () => nullTokenComposer({ generation: { keyNormalised: true } }), {
  constraints: ['pitchRange'],
});
