using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Desktop.Gtk;

/// <summary>The functions of GTK 3 and of cairo, with which it draws, that the window takes.</summary>
/// <remarks>https://docs.gtk.org/gtk3 and https://www.cairographics.org/manual.</remarks>
[SupportedOSPlatform("linux")]
internal static unsafe partial class Native
{
    private const string Gtk = "libgtk-3.so.0", Gdk = "libgdk-3.so.0", GObject = "libgobject-2.0.so.0";
    private const string Cairo = "libcairo.so.2";

    /// <summary>GDK_BUTTON_PRESS_MASK, GDK_BUTTON_RELEASE_MASK and GDK_BUTTON1_MOTION_MASK.</summary>
    public const int PointerEvents = (1 << 8) | (1 << 9) | (1 << 5);

    public const int Horizontal = 0, Vertical = 1;

    public const int RoundEnds = 1;

    [LibraryImport(Gtk, EntryPoint = "gtk_init_check")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Start(nint argumentCount, nint arguments);

    [LibraryImport(Gtk, EntryPoint = "gtk_main")]
    public static partial void RunLoop();

    [LibraryImport(Gtk, EntryPoint = "gtk_main_quit")]
    public static partial void EndLoop();

    [LibraryImport(Gtk, EntryPoint = "gtk_window_new")]
    public static partial nint NewWindow(int type);

    [LibraryImport(Gtk, EntryPoint = "gtk_window_set_title", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetTitle(nint window, string title);

    [LibraryImport(Gtk, EntryPoint = "gtk_container_set_border_width")]
    public static partial void SetBorder(nint container, uint width);

    [LibraryImport(Gtk, EntryPoint = "gtk_container_add")]
    public static partial void Add(nint container, nint widget);

    [LibraryImport(Gtk, EntryPoint = "gtk_box_new")]
    public static partial nint NewBox(int orientation, int spacing);

    [LibraryImport(Gtk, EntryPoint = "gtk_box_pack_start")]
    public static partial void Pack(nint box, nint widget, int expand, int fill, uint padding);

    [LibraryImport(Gtk, EntryPoint = "gtk_drawing_area_new")]
    public static partial nint NewCanvas();

    [LibraryImport(Gtk, EntryPoint = "gtk_button_new_with_label", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint NewButton(string label);

    [LibraryImport(Gtk, EntryPoint = "gtk_widget_set_size_request")]
    public static partial void SetSize(nint widget, int width, int height);

    [LibraryImport(Gtk, EntryPoint = "gtk_widget_add_events")]
    public static partial void AddEvents(nint widget, int events);

    [LibraryImport(Gtk, EntryPoint = "gtk_widget_show_all")]
    public static partial void ShowAll(nint widget);

    [LibraryImport(Gtk, EntryPoint = "gtk_widget_queue_draw")]
    public static partial void Redraw(nint widget);

    [LibraryImport(Gdk, EntryPoint = "gdk_event_get_coords")]
    public static partial int GetPlace(nint pointerEvent, double* x, double* y);

    [LibraryImport(GObject, EntryPoint = "g_signal_connect_data", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nuint Connect(
        nint widget, string signal, void* handler, nint data, nint destroyData, int flags);

    [LibraryImport(Cairo, EntryPoint = "cairo_set_source_rgb")]
    public static partial void SetColor(nint context, double red, double green, double blue);

    [LibraryImport(Cairo, EntryPoint = "cairo_rectangle")]
    public static partial void Rectangle(nint context, double x, double y, double width, double height);

    [LibraryImport(Cairo, EntryPoint = "cairo_fill")]
    public static partial void Fill(nint context);

    [LibraryImport(Cairo, EntryPoint = "cairo_paint")]
    public static partial void Paint(nint context);

    [LibraryImport(Cairo, EntryPoint = "cairo_set_line_width")]
    public static partial void SetLineWidth(nint context, double width);

    [LibraryImport(Cairo, EntryPoint = "cairo_set_line_cap")]
    public static partial void SetLineEnds(nint context, int kind);

    [LibraryImport(Cairo, EntryPoint = "cairo_set_line_join")]
    public static partial void SetLineCorners(nint context, int kind);

    [LibraryImport(Cairo, EntryPoint = "cairo_move_to")]
    public static partial void MoveTo(nint context, double x, double y);

    [LibraryImport(Cairo, EntryPoint = "cairo_line_to")]
    public static partial void LineTo(nint context, double x, double y);

    [LibraryImport(Cairo, EntryPoint = "cairo_stroke")]
    public static partial void Stroke(nint context);

    [LibraryImport(Cairo, EntryPoint = "cairo_set_font_size")]
    public static partial void SetFontSize(nint context, double size);

    [LibraryImport(Cairo, EntryPoint = "cairo_show_text", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void ShowText(nint context, string text);
}
