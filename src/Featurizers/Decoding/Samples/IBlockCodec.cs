namespace AudioBsq.Decoding;

/// <summary>A codec whose blocks of bytes can be decoded one by one.</summary>
internal interface IBlockCodec
{
    /// <summary>Name for people.</summary>
    string Name { get; }

    /// <summary>Bytes at a block's start that hold its first frames.</summary>
    int HeaderBytes { get; }

    /// <summary>Frames in a block of so many bytes, at least <see cref="HeaderBytes"/>.</summary>
    int FramesOf(int bytes);

    /// <summary>Decodes a block to interleaved samples.</summary>
    /// <exception cref="InvalidDataException">The block is damaged.</exception>
    void Decode(ReadOnlySpan<byte> block, Span<float> interleaved);
}
