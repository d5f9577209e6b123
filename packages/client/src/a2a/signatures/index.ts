export {
  type CardCheck,
  type CardVerifierOptions,
  cardVerifier,
  type CheckedSignature,
  type PublicKey,
  type SignatureState,
} from './card-verifier.ts';
