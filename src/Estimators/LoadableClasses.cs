using AudioBsq.MLNet;
using Microsoft.ML;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(AudioTokenizerTransformer), null, typeof(SignatureLoadModel), "", AudioTokenizerTransformer.LoaderSignature)]
[assembly: LoadableClass(typeof(AudioReconstructionTransformer), null, typeof(SignatureLoadModel), "", AudioReconstructionTransformer.LoaderSignature)]
[assembly: LoadableClass(typeof(AudioSynthesisTransformer), null, typeof(SignatureLoadModel), "", AudioSynthesisTransformer.LoaderSignature)]
[assembly: LoadableClass(typeof(TokenBitsTransformer), null, typeof(SignatureLoadModel), "", TokenBitsTransformer.LoaderSignature)]
