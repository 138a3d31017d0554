namespace LogitLens.Storage.Tokens;

/// <summary>How a token's text has to fit what is looked for; case never matters.</summary>
public enum TokenMatch : byte
{
    /// <summary>It holds it.</summary>
    Contains = 0,

    /// <summary>It begins with it.</summary>
    Prefix = 1,

    /// <summary>It is it.</summary>
    Exact = 2,
}
