#define __init
#define __exit
#define __user
#define __weak
#define noinline
#define __always_inline inline
#define __maybe_unused
#define __read_mostly
