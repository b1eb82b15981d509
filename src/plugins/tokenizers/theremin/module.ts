import { readFileSync } from 'node:fs';
import { ContainerModule } from 'inversify';
import { PluginContext } from '../../../engine/contracts/plugin.js';
import { Tokenizer } from '../../../engine/contracts/tokenizer.js';
import { ContinuoError } from '../../../engine/errors.js';
import { bytesModel } from './bytes-model.js';
import type { ThereminOptions } from './options.js';
import { readModelFile, type SentencePieceModel } from './sentencepiece/model-file.js';
import { shippedModelPath } from './shipped-model.js';
import { ThereminTokenizer } from './theremin-tokenizer.js';

/**
 * Binds {@link Tokenizer}; the options in {@link PluginContext} have passed this plugin's `optionsSchema`. A pack's file
 * of the role `model` is used where the options name none.
 */
export default new ContainerModule(({ bind }) => {
  bind<Tokenizer>(Tokenizer)
    .toDynamicValue((context) => {
      const { options, files } = context.get<PluginContext>(PluginContext);
      const { model } = options as ThereminOptions;
      return new ThereminTokenizer(options as ThereminOptions, openModel(model ?? files.model ?? shippedModelPath));
    })
    .inSingletonScope();
});

function openModel(path: string): SentencePieceModel {
  if (path === 'bytes') return bytesModel;
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ContinuoError('badPack', `The SentencePiece model ${path} cannot be read (${reason}); check the path.`, { cause });
  }
  return readModelFile(bytes, path);
}
