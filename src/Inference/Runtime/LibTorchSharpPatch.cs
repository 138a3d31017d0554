// This file is compiled twice: into LogitLens.Inference, and by MSBuild as an inline task
// (src/Inference/Runtime/LibTorchSharpPatch.targets). The task compiler speaks C# 7.3 and knows netstandard2.0 only,
// hence the block namespace, the missing nullable annotations and the byte arithmetic by hand.
#if LOGITLENS_INFERENCE
#nullable disable
#pragma warning disable IDE0005, IDE0161, IDE0130, IDE0055, CA1510, CA1512
#endif
using System;
using System.IO;
using System.Text;


namespace LogitLens.Inference.Runtime
{
    /// <summary>
    /// Lets <c>libLibTorchSharp.so</c> of TorchSharp 0.107 load on systems whose libstdc++ is older than GCC 13's.
    /// </summary>
    /// <remarks>
    /// The library asks libstdc++ for version <c>GLIBCXX_3.4.32</c> because of exactly one symbol,
    /// <c>std::ios_base_library_init()</c>, an empty function. The patch defines that symbol inside the library (hidden, at a
    /// <c>ret</c> instruction) and marks the version as weak. Length and every other byte stay the same.
    /// </remarks>
    public static class LibTorchSharpPatch
    {
        /// <summary>The symbol version that libstdc++ before GCC 13 lacks.</summary>
        public const string Version = "GLIBCXX_3.4.32";

        private const string Symbol = "_ZSt21ios_base_library_initv";

        private const uint SectionDynamicSymbols = 11;
        private const uint SectionVersionNeeds = 0x6ffffffe;
        private const uint SectionVersionSymbols = 0x6fffffff;

        /// <summary>Whether the file at <paramref name="path"/> contains the name of the version (a libstdc++ that provides it does).</summary>
        public static bool Mentions(string path)
        {
            return IndexOf(File.ReadAllBytes(path), Encoding.ASCII.GetBytes(Version + "\0"), 0) >= 0;
        }

        /// <summary>The system's <c>libstdc++.so.6</c>, or null where none of the usual folders has one.</summary>
        public static string FindLibStdCxx()
        {
            var folders = new[] { "/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu", "/usr/lib64", "/lib64", "/usr/lib", "/lib" };
            foreach (var folder in folders)
            {
                var path = Path.Combine(folder, "libstdc++.so.6");
                if (File.Exists(path))
                {
                    return path;
                }
            }

            return null;
        }

        /// <summary>Whether this machine's libstdc++ is too old for the library as published.</summary>
        public static bool IsNeededHere()
        {
            var libStdCxx = FindLibStdCxx();
            return libStdCxx == null || !Mentions(libStdCxx);
        }

        /// <summary>Returns a changed copy of an ELF64 little-endian library's bytes.</summary>
        /// <param name="original">The bytes of <c>libLibTorchSharp.so</c> as published.</param>
        /// <returns>The patched bytes; the same length as <paramref name="original"/>.</returns>
        /// <exception cref="InvalidDataException">
        /// The bytes are not the library this patch was made for: another format, the symbol missing, or more symbols bound to the version.
        /// </exception>
        public static byte[] Apply(byte[] original)
        {
            if (original == null)
            {
                throw new ArgumentNullException(nameof(original));
            }

            try
            {
                return ApplyChecked((byte[])original.Clone());
            }
            catch (Exception exception) when (exception is ArgumentException || exception is IndexOutOfRangeException || exception is OverflowException)
            {
                throw Unexpected("its section table points outside the file");
            }
        }

        private static byte[] ApplyChecked(byte[] file)
        {
            if (file.Length < 64 || file[0] != 0x7f || file[1] != 'E' || file[2] != 'L' || file[3] != 'F' || file[4] != 2 || file[5] != 1)
            {
                throw Unexpected("it is not a 64-bit little-endian ELF library");
            }

            var sectionTable = Offset(file, 40);
            int sectionSize = BitConverter.ToUInt16(file, 58);
            int sectionCount = BitConverter.ToUInt16(file, 60);
            int nameSection = BitConverter.ToUInt16(file, 62);
            if (sectionTable + ((long)sectionCount * sectionSize) > file.Length)
            {
                throw Unexpected("its section table points outside the file");
            }

            var names = Offset(file, sectionTable + (nameSection * sectionSize) + 24);

            int symbols = -1, versionNeeds = -1, versionSymbols = -1, text = -1;
            for (var i = 0; i < sectionCount; i++)
            {
                var header = sectionTable + (i * sectionSize);
                switch (BitConverter.ToUInt32(file, header + 4))
                {
                    case SectionDynamicSymbols: symbols = i; break;
                    case SectionVersionNeeds: versionNeeds = i; break;
                    case SectionVersionSymbols: versionSymbols = i; break;
                    default:
                        if (Text(file, names + BitConverter.ToInt32(file, header)) == ".text")
                        {
                            text = i;
                        }

                        break;
                }
            }

            if (symbols < 0 || versionNeeds < 0 || versionSymbols < 0 || text < 0)
            {
                throw Unexpected("it lacks .dynsym, .gnu.version, .gnu.version_r or .text");
            }

            var symbolHeader = sectionTable + (symbols * sectionSize);
            var symbolTable = Offset(file, symbolHeader + 24);
            var symbolCount = Offset(file, symbolHeader + 32) / 24;
            var strings = Offset(file, sectionTable + (BitConverter.ToInt32(file, symbolHeader + 40) * sectionSize) + 24);
            var versions = Offset(file, sectionTable + (versionSymbols * sectionSize) + 24);

            var auxiliary = FindVersion(file, Offset(file, sectionTable + (versionNeeds * sectionSize) + 24), strings);
            var versionIndex = BitConverter.ToUInt16(file, auxiliary + 6);

            var found = -1;
            for (var i = 0; i < symbolCount; i++)
            {
                if ((BitConverter.ToUInt16(file, versions + (2 * i)) & 0x7fff) != versionIndex)
                {
                    continue;
                }

                var name = Text(file, strings + BitConverter.ToInt32(file, symbolTable + (24 * i)));
                if (name != Symbol)
                {
                    throw Unexpected("symbol " + name + " needs " + Version + " too");
                }

                found = i;
            }

            if (found < 0)
            {
                throw Unexpected("it has no symbol " + Symbol + " of version " + Version);
            }

            var textHeader = sectionTable + (text * sectionSize);
            var textOffset = Offset(file, textHeader + 24);
            var ret = Array.IndexOf(file, (byte)0xC3, textOffset, Offset(file, textHeader + 32));
            if (ret < 0)
            {
                throw Unexpected(".text has no ret instruction");
            }

            // vna_flags |= VER_FLG_WEAK
            file[auxiliary + 4] |= 2;

            // Elf64_Sym: st_name u32, st_info u8, st_other u8, st_shndx u16, st_value u64, st_size u64
            var symbol = symbolTable + (24 * found);
            file[symbol + 5] = 2;
            BitConverter.GetBytes((ushort)text).CopyTo(file, symbol + 6);
            BitConverter.GetBytes(BitConverter.ToInt64(file, textHeader + 16) + (ret - textOffset)).CopyTo(file, symbol + 8);
            BitConverter.GetBytes(1L).CopyTo(file, symbol + 16);

            // VER_NDX_GLOBAL
            BitConverter.GetBytes((ushort)1).CopyTo(file, versions + (2 * found));
            return file;
        }

        private static int FindVersion(byte[] file, int need, int strings)
        {
            while (true)
            {
                var auxiliary = need + BitConverter.ToInt32(file, need + 8);
                for (int i = 0, count = BitConverter.ToUInt16(file, need + 2); i < count; i++)
                {
                    if (Text(file, strings + BitConverter.ToInt32(file, auxiliary + 8)) == Version)
                    {
                        return auxiliary;
                    }

                    auxiliary += BitConverter.ToInt32(file, auxiliary + 12);
                }

                var next = BitConverter.ToInt32(file, need + 12);
                if (next == 0)
                {
                    throw Unexpected("it does not ask for " + Version);
                }

                need += next;
            }
        }

        private static int Offset(byte[] file, int at)
        {
            return checked((int)BitConverter.ToInt64(file, at));
        }

        private static string Text(byte[] file, int at)
        {
            return Encoding.ASCII.GetString(file, at, Array.IndexOf(file, (byte)0, at) - at);
        }

        private static int IndexOf(byte[] file, byte[] wanted, int start)
        {
            for (var i = Array.IndexOf(file, wanted[0], start); i >= 0 && i <= file.Length - wanted.Length; i = Array.IndexOf(file, wanted[0], i + 1))
            {
                var j = 1;
                while (j < wanted.Length && file[i + j] == wanted[j])
                {
                    j++;
                }

                if (j == wanted.Length)
                {
                    return i;
                }
            }

            return -1;
        }

        private static InvalidDataException Unexpected(string why)
        {
            return new InvalidDataException("libLibTorchSharp.so is not the one the patch for older libstdc++ was made for: " + why + ".");
        }
    }

#if !LOGITLENS_INFERENCE
    /// <summary>The build's side: writes a patched copy where this machine needs one.</summary>
    public sealed class PatchLibTorchSharp : Microsoft.Build.Utilities.Task
    {
        [Microsoft.Build.Framework.Required]
        public string Source { get; set; }

        [Microsoft.Build.Framework.Required]
        public string Target { get; set; }

        /// <summary>The file to ship: <see cref="Target"/>, or <see cref="Source"/> where it loads as published.</summary>
        [Microsoft.Build.Framework.Output]
        public string Library { get; set; }

        public override bool Execute()
        {
            Library = Source;
            if (!LibTorchSharpPatch.IsNeededHere())
            {
                return true;
            }

            var source = new FileInfo(Source);
            var target = new FileInfo(Target);
            if (target.Exists && target.Length == source.Length && target.LastWriteTimeUtc == source.LastWriteTimeUtc)
            {
                Library = Target;
                return true;
            }

            try
            {
                var patched = LibTorchSharpPatch.Apply(File.ReadAllBytes(Source));
                Directory.CreateDirectory(target.DirectoryName);
                var fresh = Target + "." + Guid.NewGuid().ToString("N");
                File.WriteAllBytes(fresh, patched);
                File.SetLastWriteTimeUtc(fresh, source.LastWriteTimeUtc);
                if (File.Exists(Target))
                {
                    File.Delete(Target);
                }

                File.Move(fresh, Target);
                Library = Target;
            }
            catch (IOException) when (File.Exists(Target))
            {
                // Another project of the same build was faster.
                Library = Target;
            }
            catch (InvalidDataException exception)
            {
                Log.LogMessage(
                    Microsoft.Build.Framework.MessageImportance.High,
                    exception.Message + " TorchSharp will not load where libstdc++ lacks " + LibTorchSharpPatch.Version
                    + ": use TorchSharp 0.107.0, or a system with GCC 13's libstdc++ (Debian 13, Ubuntu 24.04).");
            }

            return true;
        }
    }
#endif
}
