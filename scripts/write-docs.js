import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelsPage } from './docs/models-page.js';
import { protocolPage } from './docs/protocol-page.js';
import { readPacks } from './docs/read-packs.js';
import { repositoryRoot } from './setup/places.js';
import { setUpOrExit } from './setup/set-up.js';

setUpOrExit();
const { parameterTable } = await import('../dist/src/engine/parameters/table.js');
const { errorCodes } = await import('../dist/src/engine/errors.js');
const { scaleOf } = await import('../dist/src/engine/controllers/controller-scale.js');
writeFileSync(join(repositoryRoot, 'docs', 'protocol.md'), protocolPage(parameterTable, errorCodes, scaleOf));
writeFileSync(join(repositoryRoot, 'docs', 'models.md'), modelsPage(readPacks(repositoryRoot)));
