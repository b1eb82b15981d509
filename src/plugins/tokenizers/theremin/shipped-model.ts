import { join } from 'node:path';
import { repositoryRoot } from '../../../engine/paths.js';

/** The SentencePiece model that comes along; `data/README.md` says what it was trained on. */
export const shippedModelPath = join(repositoryRoot, 'src/plugins/tokenizers/theremin/data/theremin.model');
